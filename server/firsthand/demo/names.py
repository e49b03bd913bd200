"""Given and family names from many places. Everybody made of them is invented."""

# ruff: noqa: RUF001  # letters that look like others are what these names are spelt with

# Latin ones, by where such names are at home.
LATIN = (
    (
        "Beatriz Tiago Inês Rui Leonor Duarte Matilde Gonçalo",
        "Figueiredo Quintela Brandão Salgueiro Lencastre Covas Falcão Meireles",
    ),
    (
        "Fenna Joost Maartje Sietse Lotte Wouter Anouk Ruben",
        "Wouters Hofstra Zijlstra Terpstra Kuipers Veenstra Boersma Dijkhuizen",
    ),
    (
        "Søren Åse Øyvind Bjørk Sigrún Torbjørn Æsa Håkon",
        "Ødegård Lindqvist Þorsteinsdóttir Kjær Fjellstad Østergaard Nyström Hauge",
    ),
    (
        "Zofia Łukasz Agnieszka Wojciech Jagoda Stanisław Bożena Mieszko",
        "Wiśniowska Gołębiowski Żurawska Kędzior Śliwa Brzozowska Źrebiec Malczyk",
    ),
    (
        "Nguyên Thảo Minh Ngọc Đức Hương Quỳnh Tuấn",
        "Trần Phạm Đặng Huỳnh Võ Đỗ Lương Bùi",
    ),
    (
        "Íñigo Nuria Begoña Álvaro Maite Ximena Ñusta Joaquín",
        "Ibáñez Muñoz Etxeberria Peñalosa Quiñones Urrutia Zubiría Castañeda",
    ),
    (
        "Adaeze Chidi Yewande Babatunde Ngozi Kelechi Folake Emeka",
        "Okonjo Adeyemi Nwachukwu Ogunleye Ezeigbo Balogun Umeh Akinola",
    ),
    (
        "Defne Kerem Elif Çağrı Şule Barış Gülşen Ozan",
        "Yıldırım Karagöz Öztürk Aydoğan Çelikkol Şahinbaş Taşkıran Uğurlu",
    ),
    (
        "Aoife Ciarán Siobhán Oisín Niamh Fergus Gráinne Tadhg",
        "Ó Briain|Ní Dhomhnaill|McGillicuddy|O’Shaughnessy|Gallagher|Mulcahy|Kavanagh|Breathnach",
    ),
    (
        "Priya Arjun Meenakshi Rohan Lakshmi Vikram Ananya Karthik",
        "Venkataraman Chattopadhyay Iyer Deshpande Balasubramanian Kulkarni Menon Rao",
    ),
    (
        "Élodie Loïc Margaux Baptiste Solène Gaël Maëlle Côme",
        "Lefèvre Dubreuil Castaing Rouvière Montaigu Périgord Vasseur Aubépine",
    ),
    (
        "Leilani Kaimana Mahina Keoni Hōkū Nalani Makoa Kalea",
        "Kealoha Nakamura-Lee Ka‘ahumanu Akana Makoa Kahale Pukui Nāone",
    ),
)

# In other scripts: as written there, and in Latin letters for the handles.
OTHER_SCRIPTS = (
    ("山田太郎", "taro yamada"),
    ("佐々木美咲", "misaki sasaki"),
    ("小鳥遊ひなた", "hinata takanashi"),
    ("王小明", "xiaoming wang"),
    ("欧阳若兰", "ruolan ouyang"),
    ("陳怡君", "yijun chen"),
    ("김서연", "seoyeon kim"),
    ("박지훈", "jihun park"),
    ("남궁민서", "minseo namgung"),
    ("محمد الأحمد", "mohammed alahmad"),
    ("ليلى بن يوسف", "layla benyoussef"),
    ("سارة القحطاني", "sara alqahtani"),
    ("نیلوفر شاه‌محمدی", "niloufar shahmohammadi"),
    ("נועה בן־דוד", "noa bendavid"),
    ("איתי רוזנבלום", "itai rosenblum"),
    ("Ольга Черепанова", "olga cherepanova"),
    ("Данило Щербаченко", "danylo shcherbachenko"),
    ("Љиљана Ђорђевић", "ljiljana djordjevic"),
    ("Ελένη Παπαχριστοδούλου", "eleni papachristodoulou"),
    ("Νίκος Ξενάκης", "nikos xenakis"),
)

# Names that break what was only tried with short ones.
AWKWARD = (
    ("Hubert Wolfeschlegelsteinhausenbergerdorff", "hubert wolfe"),
    ("Bo", "bo"),
    ("María de los Ángeles Fernández-Cuesta y Rodríguez de Santillana", "maria angeles"),
    ("D’Artagnan O’Neill-Šćepanović", "dartagnan oneill"),
    ("Rania 🌊 Haddad", "rania haddad"),
)
