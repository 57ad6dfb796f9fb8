"""Commands of `roadside-keys`; each takes its options and the current time, and prints a report."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import TYPE_CHECKING

import nacl.utils

from keys import certificates, code_parameters, files, lab, lab_repository, qr, revocations, trustset, voucher
from keys.files import Algorithm
from keys.issue import Enforcement, IssueRequest, default_issuer, issue, require_plate
from terminal import console
from terminal.credential.trust import IssuerKey, RegistryKeys
from terminal.errors import InputFault
from terminal.limits import DAY_S
from terminal.model import Plate, SealedClaims, StatusListRef, Vehicle
from terminal.vehicle.plate import fits
from terminal.wire import cose
from terminal.wire.fields import CTI_SIZE, KEY_SIZE

if TYPE_CHECKING:
    from argparse import Namespace

_DEFAULT_TYPES = {"02": "K33", "52": "K33"}
"""Default vehicle type by plate kind, 小型轿车; other kinds require --type."""
_WINDOW_S = 3 * 366 * DAY_S
"""Default period of an issuer key: this long before and after the current time, s."""
_PURPOSES = ("answer", "receipt", "hotlist", "order", "journal", "lookup")
_RENEW_DAYS = 90
"""From so many days before its end on, an authority's certificate is to be renewed."""
STDOUT = "-"


def new(options: Namespace, _now_s: int) -> None:
    """Make a key pair. Raises InputFault if the file exists."""
    algorithm = Algorithm(options.algorithm)
    public = files.save(options.file, algorithm, nacl.utils.random(KEY_SIZE))
    lines = [f"private {options.file}"]
    if public is not None:
        lines += [f"public  {options.file}.pub", f"key     {public.hex()}"]
    if public is not None and algorithm is Algorithm.ED25519:
        lines.append(f"kid     {cose.key_id(public).hex()}")
    _say(*lines)


def trust(options: Namespace, now_s: int) -> None:
    """Make a trust set directory. Raises InputFault and TrustFault; then the previous set stays in place."""
    content = _content(options, now_s)
    serial = trustset.next_serial(options.out)
    trustset.replace_targets(options.out, trustset.targets(content, made_s=now_s, serial=serial))
    _say(f"{options.out}: serial {serial}, {len(content.issuers)} issuer keys")


def laboratory(options: Namespace, now_s: int) -> None:
    """Make a laboratory, or complete and refresh an existing one. Raises InputFault, TrustFault."""
    folder: Path = options.folder
    if not lab.is_complete(folder):
        if options.refresh:
            raise InputFault(f"{folder} is not a complete laboratory")
        lab.make(folder, now_s, nacl.utils.random)
        _say(f"{folder}: a laboratory was made", *_officers())
        return
    if not lab_repository.exists(folder):
        lab_repository.make(folder, now_s, nacl.utils.random)
        lab_repository.install(folder, now_s)
        _say(f"{folder}: a TUF repository was made")
    if made := lab.renew_identities(folder, now_s):
        _say(f"{folder}: TLS identities were made: {', '.join(made)}")
    if options.refresh or lab.is_due(folder, now_s):
        _say(f"{folder} is complete; its trust set was made anew, serial {lab.refresh(folder, now_s)}")
    else:
        _say(f"{folder} is complete")


def _officers() -> list[str]:
    """Tell who may sign in on the laboratory's terminal."""
    return [
        f"officer {one.number}: PIN {one.pin}, duress PIN {one.duress_pin}"
        + (" (supervisor)" if one.number == lab.SUPERVISOR else "")
        for one in lab.OFFICERS
    ]


def tls(options: Namespace, now_s: int) -> None:
    """Make TLS identities, and their authority if there is none. Raises InputFault if one exists."""
    folder: Path = options.folder
    folder.mkdir(mode=0o700, exist_ok=True)
    if not (folder / "ca.crt").exists():
        authority = certificates.make_ca(options.authority, now_s, certificates.AUTHORITY_DAYS)
        certificates.save(authority, folder, "ca")
        _say(f"{folder / 'ca.crt'}: a new authority, {certificates.AUTHORITY_DAYS} days")
    authority = certificates.load(folder, "ca")
    if options.renew_authority:
        authority = certificates.renew_ca(authority, now_s, certificates.AUTHORITY_DAYS)
        files.replace(folder / "ca.crt", certificates.pem(authority.certificate))
        _say(f"{folder / 'ca.crt'}: made anew with the same key, {certificates.AUTHORITY_DAYS} days")
    left = int(authority.certificate.not_valid_after_utc.timestamp() - now_s) // DAY_S
    if left < _RENEW_DAYS:
        _say(f"{folder / 'ca.crt'} ends in {left} days: --renew-authority")
    if options.server:
        broker = certificates.issue_server(options.server, authority, now_s, options.days)
        certificates.save(broker, folder, "broker")
        _say(f"{folder / 'broker.crt'}: {', '.join(options.server)}, {options.days} days")
    for name in options.client:
        certificates.save(certificates.issue_client(name, authority, now_s, options.days), folder, name)
        _say(f"{folder / name}.crt: {name}, {options.days} days")
    withdrawn = [certificates.load_certificate(path).serial_number for path in options.withdraw]
    count = revocations.withdraw(folder, authority, withdrawn, now_s)
    _say(f"{folder / revocations.NAME}: {count} withdrawn certificates, {revocations.DAYS} days")


def credential(options: Namespace, now_s: int) -> None:
    """Issue a credential as text, QR picture or voucher. Raises InputFault, FontFault."""
    form = options.form or ("voucher" if _suffix(options.out) in (".png", ".pdf") else "text")
    _require_form(form, options.out)
    issued_s = now_s if options.issued is None else options.issued
    request = _request(options)
    text = issue(request, files.load_seed(options.key), nacl.utils.random(CTI_SIZE), issued_s)
    if form == "text":
        content = f"{text}\n".encode("ascii")
    elif form == "qr":
        content = qr.png(qr.qr_image(text, options.level or code_parameters.SCREEN[0], options.module))
    else:
        face = voucher.VoucherText(request.vehicle, request.issuer, issued_s)
        content = _voucher(text, face, options)
    if options.out == STDOUT:
        sys.stdout.buffer.write(content)
        sys.stdout.flush()
    else:
        files.replace(Path(options.out), content)


def _voucher(text: str, face: voucher.VoucherText, options: Namespace) -> bytes:
    if _suffix(options.out) == ".pdf":
        picture = voucher.voucher(text, face, voucher.A6, options.level)
        return voucher.pdf(picture, voucher.A6, face.made_s)
    return voucher.png(voucher.voucher(text, face, voucher.PHONE, options.level), voucher.PHONE)


def _suffix(out: str) -> str:
    return Path(out).suffix.lower()


def _require_form(form: str, out: str) -> None:
    takes = {"text": ("", ".txt"), "qr": ("", ".png"), "voucher": ("", ".png", ".pdf")}[form]
    if _suffix(out) not in takes:
        raise InputFault(
            f"a {form} cannot be written as {_suffix(out)}; use {' or '.join(filter(None, takes))}"
        )
    if out == STDOUT and form != "text" and sys.stdout.isatty():
        raise InputFault(f"a {form} is a picture; name a file with --out, or redirect the output to one")


def _request(options: Namespace) -> IssueRequest:
    plate = Plate(options.number, options.kind)
    require_plate(plate)
    if not fits(plate):
        sys.stderr.write(f"roadside-keys: note: the number matches no pattern of plate kind {plate.kind}\n")
    vehicle_type = options.type or _DEFAULT_TYPES.get(options.kind)
    if vehicle_type is None:
        raise InputFault(f"--type is needed for plate kind {options.kind}, such as K33 for 小型轿车")
    issuer = options.issuer or default_issuer(options.number)
    if issuer is None:
        raise InputFault("--issuer is needed: the number does not begin with a province and a letter")
    vehicle = Vehicle(
        plate=plate,
        vehicle_type=vehicle_type,
        use=options.use,
        valid_through=options.through,
        colour=options.colour,
        vin_tail=options.vin[-6:] if options.vin else options.vin_tail,
        first_registered=options.first_registered,
    )
    status = StatusListRef(*options.status) if options.status else None
    return IssueRequest(vehicle, issuer, status, _enforcement(options))


def _enforcement(options: Namespace) -> Enforcement | None:
    if options.enforcement is None:
        if options.owner or options.engine_tail:
            raise InputFault("--owner and --engine-tail are sealed: --enforcement KEYFILE:EPOCH is needed")
        return None
    if options.vin is None:
        raise InputFault("--enforcement seals the VIN: --vin is needed")
    path, epoch = options.enforcement
    key = files.load(path, Algorithm.CHACHA20_POLY1305)
    return Enforcement(SealedClaims(options.vin, options.engine_tail, options.owner), epoch, key)


def _content(options: Namespace, now_s: int) -> trustset.TrustContent:
    keys = {argument.path: files.load_public(argument.path) for argument in options.issuer}
    compromised = {argument.path: argument for argument in options.compromised}
    if unlisted := compromised.keys() - keys.keys():
        raise InputFault(f"{min(unlisted)} is compromised, but no --issuer names it")
    issuers = [
        IssuerKey(
            public_key=keys[argument.path],
            scopes=argument.scopes,
            issues_from_s=now_s - _WINDOW_S if argument.from_s is None else argument.from_s,
            issues_until_s=now_s + _WINDOW_S if argument.until_s is None else argument.until_s,
            compromised_since_s=compromised[argument.path].since_s if argument.path in compromised else None,
        )
        for argument in options.issuer
    ]
    withdrawn: dict[int, set[int]] = {number: set() for number in options.status_list}
    for number, index in options.withdraw:
        withdrawn.setdefault(number, set()).add(index)
    issued = [
        trustset.IssuedCodes(
            argument.name,
            argument.from_s,
            argument.to_s,
            argument.codes.read_text(encoding="ascii", errors="replace").splitlines(),
        )
        for argument in options.issued
    ]
    return trustset.TrustContent(issuers, _registry(options), withdrawn, issued)


def _registry(options: Namespace) -> RegistryKeys | None:
    if not options.registry:
        return None
    groups = []
    for purpose in _PURPOSES:
        algorithm = Algorithm.X25519 if purpose in {"journal", "lookup"} else Algorithm.ED25519
        paths = [path for name, path in options.registry if name == purpose]
        groups.append(tuple(files.load_public(path, algorithm) for path in paths))
    return RegistryKeys(*groups)


def _say(*lines: str) -> None:
    console.out(*lines)
