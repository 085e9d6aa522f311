#!/usr/bin/env python3
"""The coordinator contract, written a second time from its text.

Recomputes every value of www/contract/test-vectors.json, and checks the schema against the example
document and against documents that it has to refuse. Needs Python's standard library; the schema is
checked when the package `jsonschema` is there, and otherwise the last line says that it was not.

    python3 tests/contract/check.py           compare; exit 1 when anything differs
    python3 tests/contract/check.py --write   write the vectors anew
"""

import base64
import copy
import hashlib
import json
import pathlib
import struct
import sys

ROOT = pathlib.Path(__file__).resolve().parents[2]
CONTRACT = ROOT / "www" / "contract"
VECTORS = CONTRACT / "test-vectors.json"
DOMAIN = b"darkbloom/coordinator-attestation/v1"
WORKLOAD = b"WORKLOAD_ATTESTATION"


def sha256(data):
    return hashlib.sha256(data).digest()


def sha512(data):
    return hashlib.sha512(data).digest()


def b64url(data):
    return base64.urlsafe_b64encode(data).rstrip(b"=").decode()


def framed(nonce, binding):
    """What D is the SHA-512 of."""
    return b"".join(
        [
            DOMAIN,
            b"\x00",
            struct.pack(">I", len(nonce)),
            nonce,
            struct.pack(">I", len(binding)),
            binding,
        ]
    )


def carriers(d, attestation_key):
    """What evidence of each type carries, given D; `attestation_key` is for eigen-bound/v1."""
    qualifying = {
        tag: sha256(WORKLOAD + tag.encode() + sha256(d)).hex()
        for tag in ["INTEL_TDX", "AMD_SEV_SNP", "GCP_SHIELDED_VM"]
    }
    return {
        "direct/v1": d.hex(),
        "eigen-bound/v1": {
            "attestation_key_spki": attestation_key.hex(),
            "report_data": sha512(WORKLOAD + sha512(d) + sha512(attestation_key)).hex(),
            "qualifying_data": qualifying,
        },
        "eat-nonce/v1": b64url(d),
        "tpm/v1": sha256(d).hex(),
        "dstack-appdata/v1": sha512(b"app-data:" + d).hex(),
        "nitro/v1": d.hex(),
    }


def binding_example():
    public_key = bytes(range(32))
    return {
        "v": 1,
        "origin": "https://api.example.com",
        "issued_at": "2026-02-01T00:00:00Z",
        "instance_id": "bm90IGEgcmVhbCBtYWNoaW5l",
        "keys": [
            {
                "use": "sealed-request",
                "alg": "x25519-nacl-box",
                "kid": sha256(public_key).hex()[:16],
                "public_key": base64.b64encode(public_key).decode(),
                "custody": "tee-generated",
            },
            {"use": "tls", "spki_sha256": "11" * 32, "terminates": "workload"},
        ],
        "workload": {
            "manifest_digest": "sha256:" + "22" * 32,
            "git_commit": "33" * 20,
            "build_version": "1.2.3",
        },
        "evidence_types": ["cos-cel", "tdx-quote"],
    }


def inputs():
    """Name, nonce and binding of every case."""
    compact = json.dumps(binding_example(), separators=(",", ":")).encode()
    spaced = json.dumps(binding_example(), indent=2).encode()
    return [
        ("shortest nonce", bytes(range(16)), compact),
        ("longest nonce", bytes(range(64)), compact),
        ("for everyone: no nonce", b"", compact),
        ("the same binding with white space is another binding", bytes(range(16)), spaced),
        ("text outside ASCII counts in bytes", b"\xff" * 32, '{"v":1,"note":"Prüfung ✓"}'.encode()),
        ("lengths keep nonce and binding apart, first", b"A" * 16, b"B" + b"{}"),
        ("lengths keep nonce and binding apart, second", b"A" * 16 + b"B", b"{}"),
        ("empty binding", bytes(range(16)), b""),
    ]


def vectors():
    cases = []
    for name, nonce, binding in inputs():
        message = framed(nonce, binding)
        d = sha512(message)
        cases.append(
            {
                "name": name,
                "nonce": b64url(nonce),
                "binding": b64url(binding),
                "framed": message.hex(),
                "d": d.hex(),
                "carriers": carriers(d, b"not a real key: DER of SubjectPublicKeyInfo"),
            }
        )
    return {
        "about": "Coordinator attestation contract v1. nonce and binding are base64url without "
        "padding; everything else is lower-case hex, except eat-nonce/v1, which is text.",
        "domain": DOMAIN.decode(),
        "cases": cases,
    }


def example():
    return json.loads((CONTRACT / "example.json").read_text())


def write_example():
    binding = json.dumps(binding_example(), separators=(",", ":")).encode()
    quote = b"the bytes of a TDX quote"
    document = {
        "schema": "https://darkbloom.dev/schemas/coordinator-attestation/v1",
        "nonce": b64url(bytes(range(16))),
        "issued_at": "2026-02-01T00:00:00Z",
        "freshness": {"mode": "challenge"},
        "substrate": {"claimed": "gcp-tdx"},
        "binding": {"media_type": "application/json", "bytes": b64url(binding)},
        "evidence": [
            {"id": "cpu", "type": "tdx-quote", "body": b64url(quote), "carrier": "direct/v1"}
        ],
        "event_logs": [
            {"type": "cos-cel", "registers": ["rtmr3"], "body": b64url(b"the bytes of the log")}
        ],
        "collateral": {
            "tdx": {
                "tcb_info": '{"tcbInfo":{},"signature":""}',
                "tcb_info_issuer_chain": "-----BEGIN CERTIFICATE-----\n...",
                "qe_identity": '{"enclaveIdentity":{},"signature":""}',
                "qe_identity_issuer_chain": "-----BEGIN CERTIFICATE-----\n...",
                "root_ca_crl": b64url(b"DER"),
                "pck_crl": b64url(b"DER"),
                "pck_crl_issuer_chain": "-----BEGIN CERTIFICATE-----\n...",
            },
            "fetched_at": "2026-01-31T22:00:00Z",
        },
        "workload": {
            "image_reference": "registry.example.com/coordinator@sha256:" + "22" * 32,
            "manifest_digest": "sha256:" + "22" * 32,
            "manifest": b64url(b"the bytes of the OCI manifest"),
            "index": b64url(b"the bytes of the OCI index that lists it"),
        },
        "provenance": [
            {
                "type": "sigstore-bundle",
                "media_type": "application/vnd.dev.sigstore.bundle.v0.3+json",
                "subject": "sha256:" + "22" * 32,
                "bundle": {},
            }
        ],
        "reference_values": [
            {"type": "sigstore-bundle", "about": "launch-measurement", "bundle": {}}
        ],
        "source": [
            {"type": "git-object", "body": b64url(b"commit 25\x00the content of the commit")},
            {"type": "github-answer", "body": b64url(b'{"sha":"...","tree":[]}')},
        ],
        "limits": ["developer-upgradable"],
    }
    (CONTRACT / "example.json").write_text(json.dumps(document, indent=2) + "\n")


def check_vectors():
    """Every difference between the file and this program."""
    known = json.loads(VECTORS.read_text())
    made = vectors()
    wrong = []
    if known.get("domain") != made["domain"]:
        wrong.append("the domain differs")
    if [case["name"] for case in known["cases"]] != [case["name"] for case in made["cases"]]:
        wrong.append("the list of cases differs")
    for old, new in zip(known["cases"], made["cases"]):
        wrong += [f"{new['name']}: {key} differs" for key in new if old.get(key) != new[key]]
    digests = [case["d"] for case in made["cases"]]
    if len(set(digests)) != len(digests):
        wrong.append("two cases have one digest")
    return wrong


def refused():
    """Documents that the schema has to refuse, by what is wrong."""
    def without(name):
        def change(document):
            del document[name]
        return change

    def setting(*path):
        *parents, last, value = path

        def change(document):
            for name in parents:
                document = document[name]
            document[last] = value
        return change

    return [
        *[(f"no {name}", without(name)) for name in
          ["schema", "issued_at", "freshness", "binding", "evidence"]],
        ("another schema", setting("schema", "https://example.com/v2")),
        ("a nonce with padding", setting("nonce", "AAECAwQFBgcICQoLDA0ODw==")),
        ("a nonce that is too short", setting("nonce", "AAEC")),
        ("a nonce that is too long", setting("nonce", "A" * 87)),
        ("a challenge without a nonce", without("nonce")),
        ("an unknown kind of freshness", setting("freshness", "mode", "fresh")),
        ("standard base64 in the binding", setting("binding", "bytes", "+/+/")),
        ("evidence without a carrier", lambda document: document["evidence"][0].pop("carrier")),
        ("a digest that is no SHA-256", setting("workload", "manifest_digest", "sha256:00")),
        ("an index that is not base64url", setting("workload", "index", {})),
        ("source without a body", lambda document: document["source"][0].pop("body")),
        ("source without a type", lambda document: document["source"][0].pop("type")),
        ("a register without an app", setting("registry", [{
            "type": "eigen-appcontroller", "chain_id": 1, "contract": "0x" + "11" * 20,
        }])),
        ("a register on a chain without a number", setting("registry", [{
            "type": "eigen-appcontroller", "chain_id": "1",
            "contract": "0x" + "11" * 20, "app_id": "0x" + "11" * 20,
        }])),
        ("Intel's answer as an object", setting("collateral", "tdx", "tcb_info", {})),
    ]


def check_schema():
    """Every way in which the schema misjudges a document, or None without `jsonschema`."""
    try:
        from jsonschema import Draft202012Validator
    except ImportError:
        return None
    schema = json.loads((CONTRACT / "coordinator-attestation.schema.json").read_text())
    Draft202012Validator.check_schema(schema)
    validator = Draft202012Validator(schema)
    binding_schema = {"$ref": "#/$defs/binding", "$defs": schema["$defs"]}
    wrong = [f"example: {error.message}" for error in validator.iter_errors(example())]
    binding = Draft202012Validator(binding_schema)
    wrong += [f"binding: {error.message}" for error in binding.iter_errors(binding_example())]
    grown = example()
    grown["member_of_a_later_version"] = True
    grown["evidence"].append({"id": "x", "type": "later-type", "body": "AA", "carrier": "later/v1"})
    grown["registry"] = [{"type": "later-type", "chain_id": "base"}, {
        "type": "eigen-appcontroller", "chain_id": 1,
        "contract": "0x" + "11" * 20, "app_id": "0x" + "aB" * 20,
    }]
    if not validator.is_valid(grown):
        wrong.append("unknown members and types have to be let through")
    for what, change in refused():
        document = copy.deepcopy(example())
        change(document)
        if validator.is_valid(document):
            wrong.append(f"let through: {what}")
    for name in ["v", "origin", "issued_at", "evidence_types"]:
        document = binding_example()
        del document[name]
        if binding.is_valid(document):
            wrong.append(f"let through: a binding without {name}")
    return wrong


def main():
    if sys.argv[1:] == ["--write"]:
        VECTORS.write_text(json.dumps(vectors(), indent=2) + "\n")
        write_example()
        return 0
    wrong = check_vectors()
    document = example()
    padded = document["binding"]["bytes"] + "=" * (-len(document["binding"]["bytes"]) % 4)
    if json.loads(base64.urlsafe_b64decode(padded)) != binding_example():
        wrong.append("the example's binding is not the binding of the vectors")
    of_schema = check_schema()
    wrong += of_schema or []
    for line in wrong:
        print(f"FAILED: {line}")
    if wrong:
        return 1
    print(f"vectors: {len(vectors()['cases'])} cases agree")
    if of_schema is None:
        print("NOT CHECKED: the package jsonschema is not installed, so the schema was not checked")
    else:
        print(f"schema: the example is accepted and {len(refused()) + 4} wrong documents are refused")
    return 0


if __name__ == "__main__":
    sys.exit(main())
