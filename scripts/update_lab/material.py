"""Material of the laboratory: a signing certificate, images, a trust repository, the disk of each case."""

from __future__ import annotations

import hashlib
import shutil
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path

from keys import lab, lab_repository
from terminal.firmware.release import ReleaseTarget, write_target

GUEST = Path(__file__).parent / "guest"
ROOT = Path(__file__).parents[2]
SEALING_KEY = bytes([7]) * 32
"""X25519 key that the laboratory's records are sealed to; nobody opens them."""
SETTINGS = """\
[paths]
state = "/var/lib/roadside"
identity = "/var/lib/roadside/identity"

[trust]
source = "/run/lab/depot"
"""
UNHEALTHY = "raise ImportError('a release whose reader cannot be loaded')\n"
"""Content of a module that replaces the reader of codes."""


@dataclass(frozen=True, slots=True)
class Material:
    """Folder of the laboratory's material, made where it is missing."""

    work: Path

    def certificate(self, name: str) -> tuple[Path, Path]:
        """Return certificate and key of a signer of bundles."""
        certificate, key = self.work / f"{name}.pem", self.work / f"{name}.key"
        if not key.exists():
            options = [
                "-x509",
                "-newkey",
                "ec",
                "-pkeyopt",
                "ec_paramgen_curve:P-256",
                "-nodes",
                "-days",
                "3650",
            ]
            names = ["-subj", f"/CN={name}", "-addext", "extendedKeyUsage=codeSigning"]
            _run("openssl", "req", *options, *names, "-keyout", str(key), "-out", str(certificate))
        return certificate, key

    def image(self, counter: int, kind: str = "good") -> Path:
        """Build a release: `good`, `broken` (does not boot) or `unhealthy`; return its folder."""
        out = self.work / f"{counter}-{kind}"
        if (out / "complete").exists():
            return out
        certificate, key = self.certificate("release")
        overlay = self._overlay(kind)
        options = ["--counter", str(counter), "--certificate", str(certificate), "--key", str(key)]
        options += ["--overlay", str(overlay)] + (["--broken"] if kind == "broken" else [])
        options += [] if counter == 1 else ["--bundle"]
        _run(str(ROOT / "scripts" / "image"), *options, str(out))
        (out / "complete").touch()
        return out

    def signed_by_another(self, image: Path) -> Path:
        """Sign the content of a release by a key that no terminal knows; return the bundle."""
        bundle = self.work / "strange.raucb"
        if not bundle.exists():
            content = self.work / "strange"
            shutil.rmtree(content, ignore_errors=True)
            content.mkdir()
            (content / "root.img").hardlink_to(image / "root.squashfs")
            (content / "manifest.raucm").write_text(
                "[update]\ncompatible=roadside-virt\nversion=9\n\n[bundle]\nformat=verity\n\n"
                "[image.rootfs]\nfilename=root.img\n"
            )
            certificate, key = self.certificate("strange")
            _run("rauc", f"--cert={certificate}", f"--key={key}", "bundle", str(content), str(bundle))
        return bundle

    def disk(self, case: str, deed: str, bundle: Path | None = None, counter: int = 0) -> Path:
        """Make the disk of a case, with a trust set that names `bundle` and `counter`."""
        folder, disk = self.work / "disk", self.work / f"{case}.disk"
        shutil.rmtree(folder, ignore_errors=True)
        folder.mkdir()
        for name in ("job", "append.py"):
            shutil.copy(GUEST / name, folder)
        (folder / "deed").write_text(deed)
        (folder / "case").write_text(case)
        (folder / "sealing-key").write_bytes(SEALING_KEY)
        shutil.copytree(self._laboratory() / "identity", folder / "identity")
        if bundle is not None:
            self._publish(bundle, counter, folder / "depot")
        disk.unlink(missing_ok=True)
        options = ["-comp", "gzip", "-Xcompression-level", "1", "-noappend", "-quiet", "-no-progress"]
        _run("mksquashfs", str(folder), str(disk), *options)
        return disk

    def _laboratory(self) -> Path:
        folder = self.work / "laboratory"
        if not (folder / lab.CONFIG).exists():
            _run(str(Path(sys.executable).with_name("roadside-keys")), "lab", str(folder))
        return folder

    def _publish(self, bundle: Path, counter: int, depot: Path) -> None:
        laboratory = self._laboratory()
        digest = hashlib.sha256(bundle.read_bytes()).digest()
        folder = (laboratory / "trust").resolve() / "release"
        folder.mkdir(exist_ok=True)
        (folder / "virt.cbor").write_bytes(write_target(ReleaseTarget(digest, counter)))
        _run(sys.executable, "-c", _PUBLISH, str(laboratory))
        shutil.copytree(laboratory / lab_repository.PUBLIC, depot)
        (depot / "release").mkdir()
        shutil.copy(bundle, depot / "release" / f"{digest.hex()}.raucb")

    def _overlay(self, kind: str) -> Path:
        overlay = self.work / f"overlay-{kind}"
        shutil.rmtree(overlay, ignore_errors=True)
        units = overlay / "etc" / "systemd" / "system"
        wants = units / "graphical.target.wants"
        wants.mkdir(parents=True)
        agent = overlay / "usr" / "lib" / "roadside"
        agent.mkdir(parents=True)
        shutil.copy(GUEST / "lab-agent", agent)
        (agent / "lab-agent").chmod(0o755)
        shutil.copy(GUEST / "lab-agent.service", units)
        (wants / "lab-agent.service").symlink_to("../lab-agent.service")
        (units / "roadside.service").symlink_to("/dev/null")  # holds the journal, which append.py needs
        settings = overlay / "etc" / "roadside"
        settings.mkdir()
        (settings / "roadside.toml").write_text(SETTINGS)
        if kind == "unhealthy":
            site = overlay / "opt/roadside/.venv/lib/python3.13/site-packages/terminal/scan"
            site.mkdir(parents=True)
            (site / "reader.py").write_text(UNHEALTHY)
        return overlay


_PUBLISH = (
    "import sys, time; from pathlib import Path; from keys import lab_repository;"
    " lab_repository.publish(Path(sys.argv[1]), int(time.time()))"
)


def _run(*command: str) -> None:
    subprocess.run(command, stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL, check=True, cwd=ROOT)  # noqa: S603 - our own tools
