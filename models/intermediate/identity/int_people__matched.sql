-- The match keys under which the stored leads stand on their accounts: as they were when the last match came to its end.
-- depends_on: {{ ref('bridge_lead_accounts') }}
with

match_keys as (

    select * from {{ ref('int_people__match_keys') }}

)

select * from match_keys
