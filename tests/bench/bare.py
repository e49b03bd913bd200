"""The same upload parsed and answered with no account and no database: what the web part costs."""

from litestar import Litestar, post
from litestar.params import JSONBody

from firsthand.api.scans import ScanResult, ScanResults, ScanUpload
from firsthand.scans.reading import ReadScan, read_scan


@post("/api/v1/scans", status_code=200)
async def answer(data: JSONBody[ScanUpload]) -> ScanResults:
    scans = [read_scan(raw) for raw in data.scans]
    return ScanResults(
        [ScanResult(s.id, "recorded", s.id, s.id, None) for s in scans if isinstance(s, ReadScan)]
    )


app = Litestar([answer], openapi_config=None, logging_config=None)
