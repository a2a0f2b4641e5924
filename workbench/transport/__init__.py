"""HTTP once: encode, post, decode, time it. The only room that knows the HTTP library."""

from workbench.transport.pools import MakeHttp, make_http
from workbench.transport.send import Transport

__all__ = ["MakeHttp", "Transport", "make_http"]
