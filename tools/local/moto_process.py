"""moto's server on loopback, without the 44 ms that each answer otherwise waits for."""

import logging
import sys


def main() -> None:
    """Serve on the port given as the only argument, until ended."""
    from moto.server import main as serve
    from werkzeug.serving import WSGIRequestHandler

    WSGIRequestHandler.disable_nagle_algorithm = True
    logging.getLogger("werkzeug").setLevel(logging.ERROR)
    serve(["-H", "127.0.0.1", "-p", sys.argv[1]])


if __name__ == "__main__":
    main()
