# `make help` lists the targets. Settings: STACK=dev, CLUSTER=…, ARGS='…', REPAIR=1, POLICY=0,
# POLICY_CONFIG=policy/profiles/prod.json, PLAN=1.

STACK  ?= dev
ARGS   ?=
SANDBOX = sandbox/run

# The sandbox compiles the program with these settings; with the same ones tests find the SDKs compiled. The flag
# halves the time that the providers' generated SDKs take: see SDKFlags in sandbox/toolbox/catalogue.go.
export CGO_ENABLED = 0
export GOFLAGS     = '-gcflags=github.com/pulumi/pulumi-...=-l -dwarf=false'

UPFLAGS = $(if $(filter 1,$(REPAIR)),--repair) $(if $(filter 0,$(POLICY)),--no-policy) $(if $(POLICY_CONFIG),--policy-config $(POLICY_CONFIG))

.DEFAULT_GOAL := help
.PHONY: help
help: ## list the targets
	@awk 'BEGIN {FS = ":.*## "} /^[a-z-]+:.*## / {printf "  %-12s %s\n", $$1, $$2} /^##@/ {printf "\n%s\n", substr($$0, 5)}' $(MAKEFILE_LIST)

##@ Run a stack on this machine (STACK=dev by default)
.PHONY: preview up refresh drift compliance destroy status kubectl stop build
preview: ## show what an update would do, with the policy pack's verdict
	@$(SANDBOX) preview --stack $(STACK) $(UPFLAGS)
up: ## bring the stack up (REPAIR=1 puts back what was changed by hand, POLICY=0 leaves the policy pack out)
	@$(SANDBOX) up --stack $(STACK) $(UPFLAGS)
refresh: ## take what is really there into the stack's state
	@$(SANDBOX) refresh --stack $(STACK)
drift: ## report what is there otherwise than the last update left it
	@$(SANDBOX) drift --stack $(STACK)
compliance: ## report how the stack stands to the rules and to public frameworks (PLAN=1: the plan, even if it is deployed)
	@$(SANDBOX) compliance --stack $(STACK) $(if $(filter 1,$(PLAN)),--plan) $(if $(POLICY_CONFIG),--policy-config $(POLICY_CONFIG))
destroy: ## delete everything the stack has, its processes and its state
	@$(SANDBOX) destroy --stack $(STACK)
status: ## show the stacks, their clusters and how they are
	@$(SANDBOX) status
kubectl: ## run kubectl: CLUSTER=eks-eu ARGS='get pods -A'
	@$(SANDBOX) kubectl --stack $(STACK) $(if $(CLUSTER),--cluster $(CLUSTER)) -- $(ARGS)
stop: ## end all processes of the sandbox; the next command starts them again
	@$(SANDBOX) stop
build: ## build the tools of the sandbox, or say that they are there
	@$(SANDBOX) build

##@ Develop
.PHONY: test test-unit bench lint fmt generate
# Vet looks into every package that a test imports, the SDKs with their million lines included, and takes minutes for
# it; `make lint` does it once.
test: ## all tests, from nothing: the tools of the sandbox, unit tests, whole stacks
	@$(SANDBOX) build
	go test -vet=off -timeout 60m ./...
	cd images/sample && go test -vet=off ./...
	cd images/tools && go test -vet=off ./...
test-unit: ## the fast tests: no engine, no control plane
	go test -vet=off -short ./...
	cd images/sample && go test -vet=off ./...
	cd images/tools && go test -vet=off ./...
bench: ## measure the launcher, the engine's runs and the policy pack, and print the figures
	@$(SANDBOX) build
	go test -run '^$$' -bench . -benchtime 1x -timeout 60m ./tests/...
	go test -run '^$$' -bench . ./policy/...
lint: ## check the code with golangci-lint, built from its Go module
	GOFLAGS= go tool -modfile=sandbox/tools/linter/go.mod golangci-lint run ./...
	for m in images/sample images/tools; do (cd $$m && GOFLAGS= go tool -modfile=$(CURDIR)/sandbox/tools/linter/go.mod golangci-lint run -c $(CURDIR)/.golangci.yml ./...) || exit 1; done
fmt: ## format the code
	gofmt -w $$(git ls-files '*.go')
generate: ## write the generated pages and golden files anew
	go test -vet=off ./stacks ./components ./charts ./clusters/catalog ./policy/admission ./policy/report ./policy/rules ./sandbox/clouds -update
	go test -vet=off -short ./tests -update

##@ Images
.PHONY: images images-check images-bases
images: ## build, run and measure the production images, with Docker or Debian's buildah (ARGS='-only sample', '-write' for docs/images.md)
	cd images/tools && GOFLAGS= go run ./cmd/images $(ARGS)
images-check: ## check the images' files; needs neither an engine nor a registry
	cd images/tools && GOFLAGS= go run ./cmd/check $(ARGS)
images-bases: ## ask the registries for the base images' digests and write them into the lock and the Dockerfiles
	cd images/tools && GOFLAGS= go run ./cmd/bases

##@ Clean
.PHONY: clean clean-cache
clean: ## end all processes and delete the state folder
	@$(SANDBOX) clean
clean-cache: ## delete the built tools from the user's cache folder
	@$(SANDBOX) clean-cache
