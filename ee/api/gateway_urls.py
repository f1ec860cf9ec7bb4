"""Addresses below `/api/llm_gateway/`, for gateways."""

from django.urls import URLPattern, path

from ee.api.quota import llm_gateway_quota

urlpatterns: list[URLPattern] = [
    path("quota", llm_gateway_quota, name="llm_gateway_quota"),
    path("quota/", llm_gateway_quota, name="llm_gateway_quota"),
]
