# demo, test, interop, release and bench do their own set-up: they need nothing but Rust, a C compiler, Terraform, make and git. The
# others only compile.

.PHONY: help demo demo-destroy install release test interop lint docs bench

help: ## List the targets
	@sed -n 's/^\([a-z-]*\): .*## \(.*\)/make \1\t\2/p' Makefile | expand -t 20

demo: ## A Debian image that boots, from nothing: set up, compile, terraform apply examples/quickstart
	@build/demo apply

demo-destroy: ## Destroy what `make demo` made
	@build/demo destroy

install: ## Compile in release mode and install into Terraform's implied local mirror (~/.terraform.d/plugins)
	@build/install "$${HOME}/.terraform.d/plugins" release

release: ## Archive, manifest and checksums in the registry's form, into target/release-files
	@build/set-up --release
	@cargo build --locked --release
	@build/release "$${CARGO_TARGET_DIR:-target}/release/terraform-provider-imagebuilder" "$${CARGO_TARGET_DIR:-target}/release-files"

test: ## Everything that has to hold: format, lints, all tests, generated files
	@build/test

interop: ## Other people's clients at `serve`: az, the Python and JavaScript SDKs, azapi (downloads 500 MB once)
	@build/interop

lint: ## Format check and clippy only
	@cargo fmt --all --check
	@cargo clippy --workspace --all-targets --locked -- -D warnings

docs: ## Write docs/ and schemas/provider.json anew from the code and examples/
	@cargo build --quiet --locked
	@target/debug/terraform-provider-imagebuilder schema write
	@target/debug/terraform-provider-imagebuilder docs write

bench: ## Figures of a release build, beside buildah and virt-customize doing the same work
	@build/set-up --bench
	@cargo bench --locked --bench whole_process
