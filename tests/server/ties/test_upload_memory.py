"""The running server takes a large upload without holding it."""

from collections.abc import Iterator
from pathlib import Path

import httpx
import psutil
import pytest

from tests.live import free_port, running_server
from tests.server.house import House

MEGABYTE = 1_000_000


@pytest.mark.slow
def test_a_large_upload_stays_out_of_the_servers_memory(database_url: str, tmp_path: Path) -> None:
    house = House(database_url)
    ana = house.person("Ana Oliveira")
    house.close()
    port = free_port()
    head = b'--x\r\nContent-Disposition: form-data; name="file"; filename="a.zip"\r\n\r\nPK\3\4'

    with running_server(database_url, port, TMPDIR=str(tmp_path)) as server:
        processes = [psutil.Process(server.pid), *psutil.Process(server.pid).children(True)]
        peak = 0

        def body() -> Iterator[bytes]:
            nonlocal peak
            yield head
            for _ in range(300):
                yield bytes(MEGABYTE)
                peak = max(peak, sum(each.memory_info().rss for each in processes))
            yield b"\r\n--x--\r\n"

        before = sum(each.memory_info().rss for each in processes)
        answer = httpx.post(
            f"http://127.0.0.1:{port}/api/v1/imports",
            content=body(),
            headers={**ana.bearer, "Content-Type": "multipart/form-data; boundary=x"},
            timeout=60,
        )

    assert answer.status_code == 202, answer.text
    assert peak - before < 60 * MEGABYTE
