import signal

# While the parts are imported, Ctrl-C ends the process without a traceback.
signal.signal(signal.SIGINT, signal.SIG_DFL)

from standalone.command import main  # noqa: E402

if __name__ == "__main__":
    main()
