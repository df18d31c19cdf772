"""Which release of the service this is; dead letters carry it."""

SERVICE_VERSION = "0.1.0"
