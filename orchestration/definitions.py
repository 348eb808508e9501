"""Dagster's entry point. It only assembles: what there is lives in one folder per capability.

The organisation's signed definitions (`seeds/definitions`) have their own commands in `definition_data`.
"""
