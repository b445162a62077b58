# make help lists what can be made.
GO    ?= go
TOOLS := $(GO) tool -modfile=.ci/tools.mod

help: ## say what can be made
	@sed -n 's/^\([a-z]*\):.*## \(.*\)/make \1	\2/p' Makefile

build: ## static binaries in bin/
	CGO_ENABLED=0 $(GO) build -trimpath -o bin/ ./cmd/...

test: ## all tests
	$(GO) test -count=1 ./...

check: ## what CI asks for besides the tests: formatting, vet, linters, the race detector, other systems
	@test -z "$$(gofmt -l cmd internal)" || { echo "not formatted:"; gofmt -l cmd internal; exit 1; }
	$(GO) mod tidy -diff
	$(GO) vet ./...
	$(TOOLS) staticcheck ./...
	shellcheck -x pipeline.sh .ci/run .ci/release .ci/slurm .ci/compare
	$(GO) test -race -count=1 ./internal/...
	@$(MAKE) --no-print-directory samebytes portable

samebytes: ## the programs built for newer amd64 processors, with fused multiply-add, write the same bytes
	@[ "$$($(GO) env GOARCH)" = amd64 ] || { echo "samebytes: only on amd64"; exit 0; }; \
	GOAMD64=v3 CGO_ENABLED=0 $(GO) build -o bin/v3/ ./cmd/... && \
	if ! bin/v3/data_creation -version >/dev/null 2>&1; then echo "samebytes: this processor is older"; exit 0; fi; \
	OTHER_BUILD="$$PWD/bin/v3" $(GO) test -count=1 -run TestSameBytes ./cmd

TARGETS := linux/arm64 linux/386 darwin/arm64 windows/amd64 freebsd/amd64

portable: ## vets for every system and for 32 bits; runs the pipeline for arm64 and Windows where an emulator is installed
	@for target in $(TARGETS); do \
		GOOS=$${target%/*} GOARCH=$${target#*/} CGO_ENABLED=0 $(GO) vet ./... || { echo "portable: $$target"; exit 1; }; \
	done
	@if command -v qemu-aarch64-static >/dev/null; then \
		GOOS=linux GOARCH=arm64 CGO_ENABLED=0 $(GO) build -o bin/arm64/ ./cmd/... && \
		OTHER_RUN=qemu-aarch64-static OTHER_BUILD="$$PWD/bin/arm64" $(GO) test -count=1 -run TestPortable ./cmd || exit 1; \
	else echo "portable: no qemu-aarch64-static, not run for arm64"; fi
	@GOOS=windows GOARCH=amd64 CGO_ENABLED=0 $(GO) build -o bin/windows/ ./cmd/...; \
	if WINEDEBUG=-all wine bin/windows/data_creation.exe -version >/dev/null 2>&1; then \
		WINEDEBUG=-all OTHER_RUN=wine OTHER_BUILD="$$PWD/bin/windows" $(GO) test -count=1 -run TestPortable ./cmd; \
	else echo "portable: no wine that runs Go (9 or newer), not run for Windows"; fi

release: ## archives of the four programs for the usual systems, the same bytes every time, in bin/release
	.ci/release

pipeline: ## create data, fit, train, test: ./pipeline.sh
	./pipeline.sh

picture: ## the picture at the top of the README: the page about the pipeline's results, by chromium
	./pipeline.sh >/dev/null
	profile=$$(mktemp -d) && chromium --headless --no-sandbox --disable-gpu --disable-quic --no-first-run --hide-scrollbars \
		--disable-background-networking --disable-component-update --disable-sync --user-data-dir=$$profile \
		--force-device-scale-factor=0.68 --window-size=1160,1360 --screenshot=.github/report.png \
		"file://$$PWD/models/report.html"; rm -rf "$$profile"

bench: ## benchmarks, for benchstat: of the pieces, of whole stages, start-up time and size of the programs
	$(GO) test -run '^$$' -bench . -benchmem ./...

compare: ## side by side with pandas, scikit-learn, DuckDB and R, those that are here
	.ci/compare

fuzz: ## fuzz every target for FUZZTIME (default 200000x, that many inputs)
	@for pkg in $$($(GO) list ./...); do \
		for target in $$($(GO) test -list '^Fuzz' $$pkg | grep '^Fuzz'); do \
			$(GO) test -run '^$$' -fuzz "^$$target$$" -fuzztime $(or $(FUZZTIME),200000x) -fuzzminimizetime 10x $$pkg || exit 1; \
		done; \
	done

clean: ## remove what was built and made
	rm -rf bin data/manifest.json data/train/*.csv data/test/*.csv models/*.json models/*.gob models/*.html
	rm -rf models/.shards-*
	find data models -name '.*.mlpipeline~' -delete

.PHONY: help build test check samebytes portable release pipeline picture bench compare fuzz clean
