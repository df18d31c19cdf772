"""Requests whose bodies stay in memory, within limits."""

from io import BytesIO
from typing import IO

from flask import Request
from werkzeug.formparser import FormDataParser


class BoundedRequest(Request):
    """As Flask's, but an uploaded file is never written to the disk, and a malformed form is an error.

    Werkzeug would spool a file of more than 500 kB to a temporary one, take a broken form for an empty one,
    and name a part None that has no name.
    """

    def _get_file_stream(
        self,
        total_content_length: int | None,
        content_type: str | None,
        filename: str | None = None,
        content_length: int | None = None,
    ) -> IO[bytes]:
        return BytesIO()

    def _load_form_data(self) -> None:
        super()._load_form_data()
        if None in self.form or None in self.files:
            raise ValueError("a part has no name")

    def make_form_data_parser(self) -> FormDataParser:
        """The parser of this request's form; raises ValueError for a malformed one."""
        parser = super().make_form_data_parser()
        parser.silent = False
        return parser
