"""Exports for a SIEM, validated against the OCSF 1.3.0 schema from PyPI's ocsf-json-schema."""

import collections
import json

import jsonschema
from ocsf_json_schema import OcsfJsonSchemaEmbedded, get_ocsf_schema

from support import Store

VERSION = "1.3.0"
SCHEMA = OcsfJsonSchemaEmbedded(get_ocsf_schema(VERSION))
validators = {}


def validator(record):
    """The validator for the record's class and profiles: other attributes are not allowed."""
    profiles = record["metadata"].get("profiles", [])
    key = (record["class_uid"], *profiles)
    if key not in validators:
        schema = SCHEMA.get_class_schema(SCHEMA.lookup_class_name_from_uid(record["class_uid"]), profiles)
        assert schema["additionalProperties"] is False
        validators[key] = jsonschema.Draft202012Validator(
            schema, format_checker=jsonschema.Draft202012Validator.FORMAT_CHECKER)
    return validators[key]


def main():
    store = Store().eventful()
    for name in ["log.ocsf", "log.jsonl"]:
        store.ok("log", "export", str(store.home / name), "--not-action-group", "log")
    records, events = (
        [json.loads(line) for line in (store.home / name).read_text(encoding="utf-8").splitlines()]
        for name in ["log.ocsf", "log.jsonl"])
    assert len(records) == len(events)
    seen = collections.Counter()
    for record, event in zip(records, events):
        errors = [f"{error.json_path}: {error.message}" for error in validator(record).iter_errors(record)]
        assert not errors, f"event {event['seq']} ({event['full_action_name']}): {errors}"
        metadata = record["metadata"]
        assert metadata["version"] == VERSION
        assert (metadata["uid"], metadata["original_time"]) == (str(event["seq"]), event["time"])
        assert record["status"] == event["result"].capitalize()
        assert record["type_uid"] == record["class_uid"] * 100 + record["activity_id"]
        seen[event["action_group"], event["action"], event["result"]] += 1
    # The check can fail: a record without a user or with an unknown attribute is refused.
    login = next(record for record in records if record["class_uid"] == 3002)
    for broken in [{key: login[key] for key in login if key != "user"}, {**login, "lac": 1}]:
        assert not validator(login).is_valid(broken)
    print(f"ocsf: {len(records)} records of {len(seen)} kinds are valid OCSF {VERSION}")


main()
