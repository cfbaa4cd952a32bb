"""Planning, handing out, preparing and delivering posts."""
