{{ config(materialized='incremental', incremental_strategy='append') }}

-- A number for every key that a record or a link has.
with

nodes as (

    {{ numbered_keys('int_people__changed') }}

)

select * from nodes
