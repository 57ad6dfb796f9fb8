"""Databases for tests: each test runs on SQLite and on a PostgreSQL, both initially empty."""

from __future__ import annotations

import os
import shutil
import subprocess
from collections.abc import Iterator
from pathlib import Path
from tempfile import mkdtemp

import pytest
from sqlalchemy import create_engine, text

from scripts.registry.database import Database
from tests.scripts.registry.request_fixtures import NOW_MS

_USER = "postgres"


class Cluster:
    """A PostgreSQL in a folder of its own, which listens on a socket in it only."""

    def __init__(self) -> None:
        self.folder = Path(mkdtemp(prefix="registry-"))
        self._bin = max(Path("/usr/lib/postgresql").glob("*/bin"), key=lambda path: int(path.parent.name))
        # PostgreSQL does not run as root, and another user must be able to reach its folder.
        self._user = _USER if os.geteuid() == 0 else None
        if self._user:
            shutil.chown(self.folder, _USER, _USER)
        self.url = f"postgresql://registry@/postgres?host={self.folder}"

    def start(self) -> None:
        """Make the cluster and start it."""
        self._run("initdb", "--auth=trust", "--username=registry", "--encoding=UTF8", "--no-sync", "data")
        options = f"-c listen_addresses='' -c unix_socket_directories={self.folder} -c fsync=off"
        self._run("pg_ctl", "start", "-D", "data", "-w", "-l", "log", "-o", options)

    def stop(self) -> None:
        """Stop it."""
        self._run("pg_ctl", "stop", "-D", "data", "-m", "immediate", "-w")
        shutil.rmtree(self.folder)

    def clear(self) -> None:
        """Drop every table."""
        engine = create_engine(self.url, isolation_level="AUTOCOMMIT")
        with engine.connect() as connection:
            connection.execute(text("DROP SCHEMA public CASCADE"))
            connection.execute(text("CREATE SCHEMA public"))
        engine.dispose()

    def _run(self, program: str, *arguments: str) -> None:
        subprocess.run(
            [str(self._bin / program), *arguments],
            cwd=self.folder,
            env={"LC_ALL": "C.UTF-8", "PATH": os.defpath},
            stdout=subprocess.DEVNULL,
            check=True,
            user=self._user,
            group=self._user,
        )


@pytest.fixture(scope="session")
def cluster() -> Iterator[Cluster]:
    found = Cluster()
    found.start()
    yield found
    found.stop()


@pytest.fixture(params=["sqlite", "postgresql"])
def url(request: pytest.FixtureRequest, tmp_path: Path) -> str:
    """URL of an empty database."""
    if request.param == "sqlite":
        return f"sqlite:///{tmp_path}/registry.sqlite"
    cluster: Cluster = request.getfixturevalue("cluster")
    cluster.clear()
    return cluster.url


@pytest.fixture
def database(url: str) -> Iterator[Database]:
    """A prepared database without vehicles."""
    found = Database(url)
    found.prepare(NOW_MS)
    yield found
    found.close()
