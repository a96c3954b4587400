# Container networking that you can read, run, break and explain. `make` lists what there is.
.DEFAULT_GOAL := help
.PHONY: help doctor setup status clean check test test-engines test-package test-machines engines bench crash scenarios new why ui learn

vethlab := VETHLAB_MAKE=1 node scripts/start.mjs scripts/vethlab.ts
# A name as one word of the shell, whatever is in it.
name = '$(subst ','\'',$*)'
# What is typed is text: make expands nothing in it, and the shell sees it as "$$FROM".
$(foreach it,FROM TO WHERE NAME ARGS ON COPIES,$(eval override export $(it) := $$(value $(it))))
on = $(if $(ON),--on="$$ON") $(if $(COPIES),--copies="$$COPIES")

help: ## list the targets
	@sed -n 's/^\([a-z%-]*\):.*## \(.*\)/\1\t\2/p' $(MAKEFILE_LIST) | awk -F '\t' '{ sub("%", "NAME", $$1); printf "  make %-15s %s\n", $$1, $$2 }'
	@echo '  NAME is one of: $(basename $(notdir $(wildcard scenarios/*.ts)))'

scenario-%: setup ## build a scenario, check it, leave it up; ON=host, COPIES=10
	@$(vethlab) up $(name) $(on)

test-%: setup ## build a scenario, check it, remove it
	@$(vethlab) test $(name) $(on)

clean-%: setup ## remove a scenario; ARGS=--prove tells what it left
	@$(vethlab) down $(name)

shell-%: setup ## open a shell in it: WHERE=server1, net1, a container
	@$(vethlab) shell $(name) $(if $(WHERE),"$$WHERE")

why: setup ## tell where a packet ends: FROM=net1 TO=qube-client-1, TO=web:80
	@$(vethlab) why "$$FROM" "$$TO"

why-%: setup ## who reaches whom in it, and what the others die of
	@$(vethlab) why --all --name=$(name)

learn: setup ## exercises: find what is broken; ARGS='start cable', ARGS=check
	@$(vethlab) learn

try-%: setup ## things to try in it: ARGS=NAME does one, ARGS=back takes it back
	@$(vethlab) try $(name)

map-%: setup ## draw its network as it is now; ARGS='--svg map.svg'
	@$(vethlab) map $(name)

ui: setup ## show all that is up on a page: map, packets, terminals
	@$(vethlab) ui

print-%: setup ## print it as a shell script for a real server
	@$(vethlab) print $(name)

doctor: node_modules/.package-lock.json ## tell what this machine has and lacks; changes nothing
	@node scripts/start.mjs scripts/doctor.ts

scenarios: setup ## test all scenarios, a line each
	@$(vethlab) scenarios

new: setup ## copy a scenario: NAME=mylab FROM=bridge
	@$(vethlab) new "$$NAME" $(if $(FROM),--from="$$FROM")

status: setup ## show what is up
	@$(vethlab) status

clean: node_modules/.package-lock.json ## remove everything that is up; ARGS=--cache: what set-up fetched
	@$(vethlab) clean

setup: node_modules/.package-lock.json ## get what is needed: tools, engine, Compose, image
	@sh scripts/setup.sh

check: node_modules/.package-lock.json ## format, lint, types, and the tests of text: seconds
	@sh scripts/test.sh --text

test: setup ## the same, and all tests that make labs: FILES=test/…, LANES=1, WHOLE=1 as in CI
	@sh scripts/test.sh

engines: setup ## get Docker Engine 20.10, 26.1 and 28.5: then ENGINE=28.5 make scenario-net1
	@sh scripts/engines.sh

test-engines: engines ## test all scenarios on each of them
	@sh scripts/test-engines.sh

test-package: setup ## make the npm package, and use it under each runtime
	@npm run --silent test:package

test-machines: ## test on Debian 12, 13 and the next: MACHINE=trixie, FILES=test/…
	@sh scripts/test-machines.sh

bench: setup ## measure against plain shell, ip -batch and others
	@npm run --silent bench

crash: setup ## crash every scenario, and see what is left: SCENARIOS=net1 EVERY=5
	@npm run --silent crash

node_modules/.package-lock.json: package.json package-lock.json
	@sh scripts/modules.sh
