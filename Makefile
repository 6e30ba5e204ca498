# The README's commands. Each does all the set-up it needs; a second run touches no network.
.PHONY: demo test test-old-cpus test-portable test-unprivileged test-video-writes bench bench-setup bench-test build \
  format lint setup clean

SLOWFAST := .build/release/slowfast
DEMO := demo-output

setup:
	@tools/setup.sh

build: setup
	@swift build -c release --product slowfast

# The main job on a little drawn world: detections, mAP, overlays.
demo: build
	@tools/demo.sh $(SLOWFAST) $(DEMO)

# The tests run the built program too. Release: debug builds run SIMD loops hundreds of times slower.
test: setup
	@swift build -c release --build-tests
	@tools/run-tests.sh -c release

# What root cannot see fail: files and folders that one may not write. Run by root, as another user.
test-unprivileged: setup
	@swift build -c release --build-tests
	@tools/test-unprivileged.sh

# A thousand videos written beside a load on every core: equal pictures, equal files. Some minutes.
test-video-writes: setup
	@swift build -c release --build-tests
	@tools/test-video-writes.sh

# The built program on emulated processors without AVX-512, and without AVX.
test-old-cpus: setup
	@tools/test-old-cpus.sh

# The build of a processor without kernels of its own, here: the rooms of x86's instruction sets are left out.
PORTABLE := -c release --scratch-path .build-portable -Xbuild-tools-swiftc -DPORTABLE_ONLY
test-portable: setup
	@swift build $(PORTABLE) --build-tests
	@tools/run-tests.sh $(PORTABLE) \
	  --filter '^(Kernels|NN|RoIAlign|VideoModels|Inference)Tests\.|GoldenModelTests'

# Side by side with OpenVINO, PyTorch and torchvision: see Benchmarks/README.md.
BENCH := Benchmarks/.venv/bin/python

bench-setup:
	@Benchmarks/setup

bench: build bench-setup
	@$(BENCH) Benchmarks/clip.py
	@$(BENCH) Benchmarks/roialign.py
	@$(BENCH) Benchmarks/start.py

bench-test: bench-setup
	@cd Benchmarks && .venv/bin/python -m unittest --quiet

lint:
	@swift format lint --strict --recursive Sources Tests Package.swift

format:
	@swift format --in-place --recursive Sources Tests Package.swift

clean:
	@rm -rf .build .build-portable $(DEMO)
