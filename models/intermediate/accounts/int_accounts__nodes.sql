{{ config(materialized='incremental', incremental_strategy='append') }}

-- A number for every key that an account record or a link of accounts has.
with

nodes as (

    {{ numbered_keys('int_accounts__changed') }}

)

select * from nodes
