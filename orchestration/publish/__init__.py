"""Publishing: releases, the atomic swap, going back, PostgreSQL."""
