# The README's commands. Each does all the set-up it needs; a second run touches no network.
.PHONY: demo finetune people-detector test test-old-cpus test-portable test-unprivileged test-video-writes test-demo test-kills \
  test-slurm test-watch-day packaged install uninstall deb test-deb site wheel test-wheel release test-examples test-address \
  test-thread fuzz bench bench-table bench-setup bench-test build format lint setup clean

SLOWFAST := .build/release/slowfast
DEMO := demo-output
TUNED := tune-output

setup:
	@tools/setup.sh

build: setup
	@swift build -c release --product slowfast

# The main job on a little drawn world: detections, mAP, overlays. Then the classes of short videos.
demo: build
	@tools/demo.sh $(SLOWFAST) $(DEMO)

# The demo's network learns three other classes, drawn here: docs/finetuning.md.
finetune: build
	@tools/finetune.sh $(SLOWFAST) $(TUNED)

# A small published detector of people, for videos of one's own: weights/ is not in git.
people-detector:
	@tools/people-detector.sh weights

# The tests run the built program too. Release: debug builds run SIMD loops hundreds of times slower.
test: setup
	@swift build -c release --build-tests
	@swift build -c release --product generate-manual
	@tools/run-tests.sh -c release

# What root cannot see fail: files and folders that one may not write. Run by root, as another user.
test-unprivileged: setup
	@swift build -c release --build-tests
	@tools/test-unprivileged.sh

# The whole of make demo against what is committed, of which make test does four videos.
test-demo: setup
	@swift build -c release --build-tests
	@SLOWFAST_DEMO_VIDEOS=12 tools/run-tests.sh -c release --filter 'ProgramTests\.DemoTests'

# A thousand videos written beside a load on every core: equal pictures, equal files. Some minutes.
test-video-writes: setup
	@swift build -c release --build-tests
	@tools/test-video-writes.sh

# A day of a stream at the speed of this machine, whose memory may not grow.
test-watch-day: build
	@tools/test-watch-day.sh $(SLOWFAST)

# Runs that are killed at random moments and go on: 200 kills, of which make test does five. SEED=N repeats a sequence.
KILLS := 200
test-kills: setup
	@swift build -c release --build-tests
	@SLOWFAST_KILLS=$(KILLS) SLOWFAST_SEED=$(SEED) tools/run-tests.sh -c release --filter 'ProgramTests\.KillTests'

# A real Slurm on this machine, an array of four tasks, one of them requeued: the bytes of the run in one piece. As root.
test-slurm: build
	@tools/test-slurm.sh $(SLOWFAST)

# All that is packaged: the program, the library, and the argument parser's tool that makes man pages of the help.
BUILD := .build/release
packaged: build
	@swift build -c release --product SlowFastLibrary
	@swift build -c release --product generate-manual

# The program and the library with configs, demo, man pages and completions: docs/install.md.
PREFIX := /usr/local
DESTDIR :=
LIBDIR := lib
install: packaged
	@LIBDIR="$(LIBDIR)" tools/install.sh $(BUILD) "$(PREFIX)" "$(DESTDIR)"

uninstall:
	@tools/uninstall.sh "$(PREFIX)" "$(DESTDIR)"

deb: packaged
	@tools/make-deb.sh $(BUILD) .build/package

# The package in a minimal Debian, with the whole demo of twelve videos. As root.
test-deb: deb
	@tools/test-deb.sh .build/package/slowfast_*.deb 12

# The documentation as a site, .build/site, which loads nothing from elsewhere; broken links end it: CONTRIBUTING.md.
site:
	@tools/make-site.sh .build/site

# The Python package, and its tests where it alone is installed: docs/python.md.
wheel: setup
	@swift build -c release --product SlowFastLibrary
	@tools/make-wheel.sh $(BUILD) .build/package

test-wheel: build wheel
	@tools/test-wheel.sh $(SLOWFAST) .build/package/slowfast_swift-*.whl

# What is handed out, of a commit: package, wheel, sources, checksums, in .build/release-VERSION. TWICE=1: built a second time, and
# compared. CONTRIBUTING.md says how a release is made.
release: setup
	@tools/release.sh $(if $(TWICE),--twice)

# The Swift package among the examples, built as somebody else's package is. Some minutes; the other examples are tested with the wheel.
CLASSES := configs/demo/SLOWFAST_8x4_R18_CLASSES
test-examples: setup
	@swift build --package-path examples/swift-package -c release
	@examples/swift-package/.build/release/score Tests/Fixtures/AVAEval
	@examples/swift-package/.build/release/classify $(CLASSES).yaml $(CLASSES).pyth

# The built program on emulated processors without AVX-512, and without AVX. ALL=1: networks' arithmetic, too.
test-old-cpus: setup
	@SLOWFAST_ALL_CPUS=$(ALL) tools/test-old-cpus.sh

# The build of a processor without kernels of its own, here: the modules of x86's instruction sets are left out.
PORTABLE := -c release --scratch-path .build-portable -Xbuild-tools-swiftc -DPORTABLE_ONLY
test-portable: setup
	@swift build $(PORTABLE) --build-tests
	@tools/run-tests.sh $(PORTABLE)

# What handles memory itself or starts threads, with its tests, built to report bytes beyond a block or after its life and
# blocks that nobody frees (address), and what two threads touch without order (thread). The manifest is compiled with
# -DSANITIZED; without x86's modules, whose intrinsics both would not see. TRAINING=1: training's in their place.
SANITIZED = -c release --sanitize=$* --scratch-path .build-$* -Xbuild-tools-swiftc -DPORTABLE_ONLY \
  -Xbuild-tools-swiftc -DSANITIZED $(if $(TRAINING),-Xbuild-tools-swiftc -DTRAINING,$(DEFINED_$*))
# What one thread does, with thousands of damaged files or beside the definition of a layer, says nothing of threads; how many
# threads share a layer, tests of their own say.
DEFINED_thread := -Xbuild-tools-swiftc -DTHREADS
SKIPPED_thread := --skip '^CheckpointTests\.(DamageTests|HostilePickleTests|ArrayFileTests|TensorFlowGraphTests)' \
  --skip '^(TensorsTests\.NumPyFileTests|VideoTests\.(DamageTests|BadVideoTests))' \
  --skip '^KernelsTests\.(WinogradWeightGradientTests/(agrees|isTaken)|ConvolutionGradientTests/agrees)' \
  --skip '^KernelsTests\.(EpilogueTests|AlgorithmPropertyTests|StabilityTests/(channelsApart|traces)|IntegerConvolutionTests/agreesWithReference)'
SKIPPED_address := --skip '^KernelsTests\.(ManyThreadsTests|WinogradWeightGradientTests/(isTaken|threads))'
# Of processes that MPI starts its libraries keep memory to the end, and so does Foundation, which starts the launcher.
SKIPPED_training := --skip '^CollectivesTests\.(MPI|MPILauncher|WithoutMPI)Tests'
test-address test-thread: test-%: setup
	@swift build $(SANITIZED) --build-tests
	@LSAN_OPTIONS=suppressions=$(CURDIR)/tools/known-leaks.txt:print_suppressions=0 \
	  TSAN_OPTIONS=suppressions=$(CURDIR)/tools/known-races.txt:print_suppressions=0 SWIFT_BACKTRACE=enable=no \
	  swift test $(SANITIZED) --skip-build $(if $(TRAINING),$(SKIPPED_training),$(SKIPPED_$*))

# Every reader of strangers' bytes against made-up files, for so many seconds in all: see Fuzzing/README.md.
SECONDS := 60
fuzz: setup
	@Fuzzing/build.sh
	@Fuzzing/run.sh $(SECONDS)

# Side by side with OpenVINO, PyTorch and torchvision: see Benchmarks/README.md.
BENCH := Benchmarks/.venv/bin/python

bench-setup:
	@Benchmarks/setup

bench: build bench-setup
	@$(BENCH) Benchmarks/clip.py
	@$(BENCH) Benchmarks/roialign.py
	@$(BENCH) Benchmarks/start.py

# README.md's table of all precisions.
bench-table: build bench-setup
	@$(BENCH) Benchmarks/clip.py --table

bench-test: bench-setup
	@cd Benchmarks && .venv/bin/python -m unittest --quiet

SWIFT := Sources Tests Package.swift Fuzzing/Sources Fuzzing/Package.swift examples/swift-package

lint:
	@swift format lint --strict --recursive $(SWIFT)

format:
	@swift format --in-place --recursive $(SWIFT)

clean:
	@rm -rf .build .build-portable .build-address .build-thread Fuzzing/.build examples/swift-package/.build $(DEMO) $(TUNED)
