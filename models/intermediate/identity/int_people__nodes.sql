{{ config(materialized='incremental', incremental_strategy='append') }}

-- A number for every key that a record or a link has.
{{ numbered_keys('int_people__changed') }}
