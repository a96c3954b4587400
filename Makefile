# Container networking that you can read, run, break and explain. `make` lists what there is.
.DEFAULT_GOAL := help
.PHONY: help setup status clean test bench

vethlab := VETHLAB_MAKE=1 node --import tsx/esm scripts/vethlab.ts

help: ## list the targets
	@sed -n 's/^\([a-z%-]*\):.*## \(.*\)/\1\t\2/p' $(MAKEFILE_LIST) | awk -F '\t' '{ sub("%", "NAME", $$1); printf "  make %-15s %s\n", $$1, $$2 }'
	@echo '  NAME is one of: $(basename $(notdir $(wildcard scenarios/*.ts)))'

scenario-%: setup ## build a scenario, check it, leave it up
	@$(vethlab) up $*

test-%: setup ## build a scenario, check it, remove it
	@$(vethlab) test $*

clean-%: setup ## remove a scenario
	@$(vethlab) down $*

shell-%: setup ## open a shell in it: WHERE=server1, net1, a container
	@$(vethlab) shell $* $(WHERE)

print-%: setup ## print it as a shell script for a real server
	@$(vethlab) print $*

status: setup ## show what is up
	@$(vethlab) status

clean: setup ## remove everything that is up
	@$(vethlab) down --all

setup: node_modules/.package-lock.json ## get what is needed: tools, engine, Compose, image
	@sh scripts/setup.sh

test: setup ## format, lint, types, and all tests
	@sh scripts/test.sh

bench: setup ## measure against plain shell
	@npm run --silent bench

node_modules/.package-lock.json: package.json package-lock.json
	@npm ci --silent --no-audit --no-fund && touch $@
