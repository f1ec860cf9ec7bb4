"""409: the thing is in a state that does not allow it."""

from rest_framework.exceptions import APIException


class Conflict(APIException):
    status_code = 409
    default_detail = "The thing is in a state that does not allow this"
    default_code = "conflict"
