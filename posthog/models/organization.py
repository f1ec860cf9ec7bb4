"""A customer: owns teams, gateways and the people who may look at them."""

from uuid import uuid4

from django.db import models


class Organization(models.Model):
    id = models.UUIDField(primary_key=True, default=uuid4, editable=False)
    name = models.CharField(max_length=200)
    report_timezone = models.CharField(
        max_length=64, default="UTC", help_text="Whose days its reports are; set by `set_report_timezone`"
    )
    created_at = models.DateTimeField(auto_now_add=True)

    def __str__(self) -> str:
        return self.name
