{#
    Connected components by hooking and pointer jumping.

    The model's SQL yields edges (left_node bigint, right_node bigint); the table has one row per node that stands on an
    edge: node, component, where component is the smallest node of the connected component.

    A round hooks every node to its smallest neighbour, follows the pointers to their ends by doubling, and contracts
    the edges to the ends. Two rounds at least halve what is left of a component: an end that survives the first is
    the smallest neighbour of some node that did not. So 2 * log2(size) rounds are enough for any graph, chains and
    cycles included, and people and companies take two or three. Statements, not recursion: it runs on every engine.

    With `changed` in its meta the table goes on from its last state: that model lists the nodes (in whole components)
    whose components are worked out anew, and the SQL yields their edges only.
#}
{% materialization connected_components, default %}
    {%- set target_relation = this.incorporate(type='table') -%}
    {%- set existing_relation = load_cached_relation(this) -%}
    {{ run_hooks(pre_hooks, inside_transaction=False) }}
    {{ run_hooks(pre_hooks, inside_transaction=True) }}

    {%- set made = [] -%}
    {%- set rounds = namespace(count=0, has_edges=true, edges=make_work_table(made, sql), labels=none) -%}
    {%- for round in range(config.get('max_rounds', 60)) if rounds.has_edges -%}
        {%- set pointers = jump_to_ends(made, make_work_table(made, hook_nodes_sql(rounds.edges))) -%}
        {%- set rounds.labels = make_work_table(made, relabel_nodes_sql(rounds.labels, pointers)) -%}
        {%- set rounds.edges = make_work_table(made, contract_edges_sql(rounds.edges, pointers)) -%}
        {%- set rounds.count = rounds.count + 1 -%}
        {%- set rounds.has_edges = run_query('select count(*) from ' ~ rounds.edges).columns[0].values()[0] > 0 -%}
    {%- endfor -%}
    {%- if rounds.has_edges -%}
        {{ exceptions.raise_compiler_error(
            this.identifier ~ ' did not converge after ' ~ rounds.count ~ ' rounds: raise max_rounds in its config.'
        ) }}
    {%- endif -%}

    {%- set changed = config.get('meta', {}).get('changed') -%}
    {%- if changed and keeps_its_rows() -%}
        {% call statement('main') -%}
            delete from {{ target_relation }} where node in (select node from {{ ref(changed) }});
            insert into {{ target_relation }} (node, component) select node, component from {{ rounds.labels }}
        {%- endcall %}
    {%- else -%}
        {%- if existing_relation is not none -%}{%- do adapter.drop_relation(existing_relation) -%}{%- endif -%}
        {% call statement('main') -%}
            {{ create_table_as(False, target_relation, 'select node, component from ' ~ rounds.labels) }}
        {%- endcall %}
    {%- endif -%}
    {%- do drop_work_tables(made) -%}

    {{ run_hooks(post_hooks, inside_transaction=True) }}
    {{ adapter.commit() }}
    {{ run_hooks(post_hooks, inside_transaction=False) }}
    {{ return({'relations': [target_relation]}) }}
{% endmaterialization %}


{#
    Where chains of pointers end, by doubling.

    The model's SQL yields pointers (node bigint, next_node bigint), one row per node; the end of a chain points to
    itself. The table adds last_node (the end, or for a chain that runs into a cycle some node of it) and lowest_node
    (the smallest node of the end or the cycle).
#}
{% materialization pointer_chains, default %}
    {%- set target_relation = this.incorporate(type='table') -%}
    {%- set existing_relation = load_cached_relation(this) -%}
    {{ run_hooks(pre_hooks, inside_transaction=False) }}
    {{ run_hooks(pre_hooks, inside_transaction=True) }}

    {%- set made = [] -%}
    {%- set chains = make_work_table(
        made,
        'select node, next_node, next_node as last_node, next_node as lowest_node, true as is_moved from ('
        ~ sql ~ ') as pointers'
    ) -%}
    {%- set node_count = run_query('select count(*) from ' ~ chains).columns[0].values()[0] -%}
    {#- After k doublings a pointer has gone 2^k steps: enough when that passes the number of nodes, twice for a tail. -#}
    {%- set state = namespace(chains=chains, steps=1, is_moving=node_count > 0) -%}
    {%- for round in range(64) if state.is_moving and state.steps < 2 * node_count -%}
        {%- set state.chains = make_work_table(made, double_chains_sql(state.chains)) -%}
        {%- set state.steps = state.steps * 2 -%}
        {%- set state.is_moving = run_query(
            'select count(*) from ' ~ state.chains ~ ' where is_moved'
        ).columns[0].values()[0] > 0 -%}
    {%- endfor -%}
    {%- if existing_relation is not none -%}{%- do adapter.drop_relation(existing_relation) -%}{%- endif -%}
    {% call statement('main') -%}
        {#- The path up to a cycle's entry may be lower than the cycle: only what lies beyond the last node counts. -#}
        {{ create_table_as(
            False,
            target_relation,
            'select c.node, c.next_node, c.last_node, e.lowest_node from ' ~ state.chains ~ ' as c inner join '
            ~ state.chains ~ ' as e on c.last_node = e.node'
        ) }}
    {%- endcall %}
    {%- do drop_work_tables(made) -%}

    {{ run_hooks(post_hooks, inside_transaction=True) }}
    {{ adapter.commit() }}
    {{ run_hooks(post_hooks, inside_transaction=False) }}
    {{ return({'relations': [target_relation]}) }}
{% endmaterialization %}


{# Whether this build goes on from the rows that the table holds. #}
{% macro keeps_its_rows() -%}
{{ return(execute and load_relation(this) is not none and not flags.FULL_REFRESH) }}
{%- endmacro %}


{# A table of a step's result, named by its number; what a killed build left under that name goes first. #}
{% macro make_work_table(made, body) %}
{%- set name = this.identifier ~ '__' ~ made | length -%}
{%- set left_over = adapter.get_relation(this.database, this.schema, name) -%}
{%- if left_over -%}{%- do adapter.drop_relation(left_over) -%}{%- endif -%}
{%- set table = api.Relation.create(database=this.database, schema=this.schema, identifier=name, type='table') -%}
{%- do run_query(create_table_as(False, table, body)) -%}
{%- do made.append(table) -%}
{{ return(table) }}
{% endmacro %}


{% macro drop_work_tables(made) %}
{%- for table in made -%}{%- do run_query('drop table ' ~ table) -%}{%- endfor -%}
{% endmacro %}


{# Follows pointers to their ends, doubling their length until none moves. #}
{% macro jump_to_ends(made, pointers) %}
{%- set state = namespace(pointers=pointers, is_moving=true) -%}
{%- for jump in range(64) if state.is_moving -%}
    {%- set state.pointers = make_work_table(made, jump_pointers_sql(state.pointers)) -%}
    {%- set state.is_moving = run_query(
        'select count(*) from ' ~ state.pointers ~ ' where is_moved'
    ).columns[0].values()[0] > 0 -%}
{%- endfor -%}
{{ return(state.pointers) }}
{% endmacro %}


{% macro hook_nodes_sql(edges) %}
select node, least(node, min(neighbour)) as parent
from (
    select left_node as node, right_node as neighbour from {{ edges }}
    union all
    select right_node as node, left_node as neighbour from {{ edges }}
) as neighbours
group by node
{% endmacro %}


{% macro jump_pointers_sql(pointers) %}
select p.node, q.parent, q.parent <> p.parent as is_moved
from {{ pointers }} as p
inner join {{ pointers }} as q on p.parent = q.node
{% endmacro %}


{% macro relabel_nodes_sql(labels, pointers) %}
{%- if labels is none -%}
select node, parent as component from {{ pointers }}
{%- else -%}
select l.node, coalesce(p.parent, l.component) as component
from {{ labels }} as l
left join {{ pointers }} as p on l.component = p.node
{%- endif -%}
{% endmacro %}


{% macro contract_edges_sql(edges, pointers) %}
select distinct
    least(a.parent, b.parent) as left_node,
    greatest(a.parent, b.parent) as right_node
from {{ edges }} as e
inner join {{ pointers }} as a on e.left_node = a.node
inner join {{ pointers }} as b on e.right_node = b.node
where a.parent <> b.parent
{% endmacro %}


{% macro double_chains_sql(chains) %}
select
    c.node,
    c.next_node,
    n.last_node,
    least(c.lowest_node, n.lowest_node) as lowest_node,
    n.last_node <> c.last_node as is_moved
from {{ chains }} as c
inner join {{ chains }} as n on c.last_node = n.node
{% endmacro %}
