"""An export brought back in: into an empty account, here or on another instance.

What comes is listed in ``firsthand.taking_in.shapes.CARRIED``; ids stay. What does not come:

- the account itself with its profile, picture, handles, proofs, sessions, tokens, places, badges;
- blocks, dismissals, reports, introductions and matches, which are about other accounts of an
  instance;
- which card a foreign badge's code belongs to: the key of its hash is the instance's own;
- a card's account and attendee, unless the owner sees that attendee here: then the card keeps
  what it showed, as its owner's own words;
- an event that is not here: its name stands in the meeting's note, and two meetings with the same
  person on the same day at such events become one;
- what is derived (stages, weights, matches) is derived anew.
"""
