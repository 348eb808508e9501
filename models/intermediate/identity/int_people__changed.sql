-- The records that are read anew; every one in a build from scratch.
with

changed as (

    {{ changed_keys('int_people__links', is_company=false) }}

)

select * from changed
