"""Building the models: the definitions a build applies, and dbt run in this process."""
