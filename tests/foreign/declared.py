"""Roles and config as files: a third-party validator checks exports against the published schemas."""

import json
import pathlib
import tomllib

import jsonschema

from support import Store

SCHEMAS = pathlib.Path(__file__).parents[2] / "docs" / "schemas"


def validator(name):
    schema = json.loads((SCHEMAS / f"{name}.schema.json").read_text(encoding="utf-8"))
    jsonschema.Draft202012Validator.check_schema(schema)
    return jsonschema.Draft202012Validator(schema)


def main():
    store = Store().eventful()
    store.ok("role", "create", "Größe \"渡\" \\", "--scope", "website:base")
    store.ok("role", "allow", "Größe \"渡\" \\", "Magento_Backend::admin", "--with-children")
    store.ok("user", "create", "zoë", "--role", "=cmd", "--full-name", "Zoë \u202e\"'\\", "--os-account", "zoë")
    store.ok("config", "set", "lac/reason/min_length", "3", "--scope", "website:base")
    for noun, name in [("role", "lac-roles-1"), ("config", "lac-config-1")]:
        text = store.ok(noun, "export")
        # Another TOML parser reads the same as lac's own JSON.
        said = tomllib.loads(text)
        assert said == store.json(noun, "export")
        checks = validator(name)
        errors = [f"{error.json_path}: {error.message}" for error in checks.iter_errors(said)]
        assert not errors, errors
        # The check can fail.
        for broken in [{**said, "format": "lac-roles/2"}, {**said, "further": 1}]:
            assert not checks.is_valid(broken)
        assert store.run(noun, "diff", "-", stdin=text).returncode == 0
        store.ok(noun, "apply", "-", stdin=text)
        assert store.ok(noun, "export") == text
    print("declared: exports are valid by their schemas, and come back as they were")


main()
