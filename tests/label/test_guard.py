# SPDX-License-Identifier: Apache-2.0
"""The server answers pages that it served, on this machine, and those may load nothing from elsewhere."""

from __future__ import annotations

import pytest


@pytest.mark.parametrize("host", ["evil.example", "evil.example:80", "127.0.0.1.evil.example", "[", "", "10.0.0.1"])
def test_another_host_is_refused(page, host):
    for path in ("/", "/api/study", "/static/index.html"):
        answer = page.http.get(path, headers={"Host": host})
        assert answer.status_code == 403
        assert "this machine alone" in answer.json()["error"]


@pytest.mark.parametrize("host", ["localhost", "localhost:8000", "127.0.0.1:1", "[::1]:8000"])
def test_names_of_this_machine_are_answered(page, host):
    assert page.http.get("/api/study", headers={"Host": host}).status_code == 200


@pytest.mark.parametrize(
    ("headers", "status"),
    [
        ({"Origin": "https://evil.example"}, 403),
        ({"Origin": "null"}, 403),
        ({"Sec-Fetch-Site": "cross-site"}, 403),
        ({"Sec-Fetch-Site": "same-site"}, 403),
        ({"Content-Type": "text/plain"}, 415),
        ({"Content-Type": ""}, 415),
    ],
)
@pytest.mark.parametrize("method", ["PUT", "POST", "DELETE"])
def test_a_page_of_another_site_changes_nothing(page, method, headers, status):
    answer = page.http.request(method, "/api/study", headers=headers, content='{"revision": 1, "name": "x"}')
    assert answer.status_code == status
    assert page.get("/api/study")["name"] == "triangles"


def test_its_own_page_may_change_the_study(page):
    headers = {"Origin": str(page.http.base_url).rstrip("/"), "Sec-Fetch-Site": "same-origin"}
    answer = page.http.put("/api/study", headers=headers, json={"revision": 1, "name": "x"})
    assert answer.json()["name"] == "x"


def test_every_answer_says_what_a_page_may_load(page):
    for answer in (page.http.get("/api/study"), page.http.get("/none"), page.http.get("/", headers={"Host": "x"})):
        assert answer.headers["Content-Security-Policy"].startswith("default-src 'self'")
        assert answer.headers["X-Content-Type-Options"] == "nosniff"
        assert answer.headers["Cache-Control"] == "no-store"
