// swift-tools-version: 6.2
import PackageDescription

// Modules in the order of their dependencies: one may import only modules above its line. docs/architecture.md explains
// them, and a test holds its table against this file and every import.

// `make test-portable` builds this manifest with -DPORTABLE_ONLY: on x86 too it is then that of a processor without
// kernels of its own, and so are the sources.
#if arch(x86_64) && !PORTABLE_ONLY
  let variant: [SwiftSetting] = []
#else
  let variant: [SwiftSetting] = [.define("PORTABLE_ONLY")]
#endif

// `make test-address` and `make test-thread` build it with -DSANITIZED as well: only what handles memory itself or starts
// threads, with its tests; -DTHREADS leaves out those of modules that start none, -DTRAINING takes those of training in their
// place. `Fuzzing/build.sh` builds it with -DFUZZED beside PORTABLE_ONLY: all that readers need, without x86's kernels. Swift
// traps undefined arithmetic by itself; what C headers bring into Swift is made to trap too.
#if SANITIZED
  #if TRAINING
    let sanitizedTests = ["NN", "RoIAlign", "Augmentation", "Optimization", "Collectives", "TrainingData", "Trainer"]
  #elseif THREADS
    let sanitizedTests = [
      "Files", "Tensors", "Parallel", "Kernels", "Checkpoint", "Video", "AVARecords", "Optimization",
    ]
  #else
    let sanitizedTests = [
      "Files", "JSON", "YAML", "Tensors", "Parallel", "Kernels", "Checkpoint", "Imaging", "ImageFiles", "Video",
      "AVARecords", "BoxFiles", "Optimization",
    ]
  #endif
  let checkedC = ["-fsanitize=undefined", "-fsanitize-trap=undefined"]
  let locks: [Target] = [.target(name: "KnownLocks", path: "Tests/KnownLocks")]
#else
  let locks: [Target] = []
  let checkedC: [String] = []
#endif

let strict: [SwiftSetting] =
  variant + [
    // A section for each function: the linker leaves out what nobody calls, and keeps one of several that are equal.
    .unsafeFlags(["-Xfrontend", "-function-sections"] + checkedC.flatMap { ["-Xcc", $0] }),
    .enableUpcomingFeature("MemberImportVisibility"),
    .enableUpcomingFeature("InternalImportsByDefault"),
    .enableUpcomingFeature("ExistentialAny"),
    .treatAllWarnings(as: .error),
  ]
/// Modules without pointers of their own.
let safe: [SwiftSetting] = strict + [.strictMemorySafety()]
/// What is written once in a run, or once a video, is to be small rather than quick.
let small: [SwiftSetting] = [.unsafeFlags(["-Osize"])]

/// Register tiles and channel loops: bounds are the callers' business.
let kernel: [SwiftSetting] = strict + [.unsafeFlags(["-Ounchecked"])]

/// A module compiled for one instruction set, whatever the rest of the program is compiled for.
func kernel(march: String, _ flags: String...) -> [SwiftSetting] {
  strict + [.unsafeFlags(["-Ounchecked"] + (["-march=\(march)"] + flags).flatMap { ["-Xcc", $0] })]
}

let argumentParser: Target.Dependency = .product(name: "ArgumentParser", package: "swift-argument-parser")
let collections: Target.Dependency = .product(name: "OrderedCollections", package: "swift-collections")

#if arch(x86_64) && !PORTABLE_ONLY
  let isaModules: [Target.Dependency] = [
    "KernelsAVX2", "KernelsAVXVNNI", "KernelsAVX512", "KernelsAVX512VNNI", "KernelsAVX512BF16", "KernelsAMX",
  ]
  let isaTargets: [Target] = [
    .target(name: "KernelsAVX2", dependencies: ["MicroKernels", "CSIMD"], swiftSettings: kernel(march: "x86-64-v3")),
    .target(
      name: "KernelsAVXVNNI", dependencies: ["MicroKernels", "CSIMD"],
      swiftSettings: kernel(march: "x86-64-v3", "-mavxvnni")),
    .target(name: "KernelsAVX512", dependencies: ["MicroKernels", "CSIMD"], swiftSettings: kernel(march: "x86-64-v4")),
    .target(
      name: "KernelsAVX512VNNI", dependencies: ["MicroKernels", "CSIMD"],
      swiftSettings: kernel(march: "x86-64-v4", "-mavx512vnni")),
    .target(
      name: "KernelsAVX512BF16", dependencies: ["MicroKernels", "CSIMD"],
      swiftSettings: kernel(march: "x86-64-v4", "-mavx512vnni", "-mavx512bf16")),
    .target(
      name: "KernelsAMX", dependencies: ["MicroKernels", "CSIMD"],
      swiftSettings: kernel(
        march: "x86-64-v4", "-mavx512vnni", "-mavx512bf16", "-mamx-tile", "-mamx-bf16", "-mamx-int8")),
  ]
#else
  let isaModules: [Target.Dependency] = []
  let isaTargets: [Target] = []
#endif

/// Gives targets their folders: those of a group lie together in Sources.
func grouped(_ group: String, _ targets: [Target]) -> [Target] {
  for target in targets { target.path = "Sources/\(group)/\(target.name)" }
  return targets
}

/// Some targets with all that they stand on.
func needed(_ names: [String], of all: [Target]) -> [Target] {
  var (found, open) = (Set(names), names)
  while let name = open.popLast() {
    for case .byNameItem(let other, _) in all.first(where: { $0.name == name })?.dependencies ?? []
    where found.insert(other).inserted { open.append(other) }
  }
  return all.filter { found.contains($0.name) }
}

let cLibraries: [Target] = [
  // Not linked: it loads libav (libavdevice-dev, libavformat-dev, libavcodec-dev, libavutil-dev, libswscale-dev) when a video is opened.
  // Not linked either: it loads the library of the launcher (openmpi-bin, mpich) that started the program.
  .target(name: "CMPI", cSettings: [.unsafeFlags(checkedC)]),
  .target(name: "CLibAV", cSettings: [.unsafeFlags(checkedC)]),
  // The header of what C calls; SlowFastLibrary implements it.
  .target(name: "CSlowFast"),
  .target(name: "CCommit"),
  .systemLibrary(name: "CPNG", pkgConfig: "libpng", providers: [.apt(["libpng-dev"])]),
  .systemLibrary(name: "CTurboJPEG", pkgConfig: "libturbojpeg", providers: [.apt(["libturbojpeg0-dev"])]),
  .systemLibrary(
    name: "CCairo", pkgConfig: "cairo fontconfig", providers: [.apt(["libcairo2-dev", "libfontconfig1-dev"])]),
  .systemLibrary(name: "CZlib", pkgConfig: "zlib", providers: [.apt(["zlib1g-dev"])]),
  .systemLibrary(name: "CZstd", pkgConfig: "libzstd", providers: [.apt(["libzstd-dev"])]),
  .systemLibrary(name: "CNettle", pkgConfig: "nettle", providers: [.apt(["nettle-dev"])]),
  .systemLibrary(name: "CYAML", pkgConfig: "yaml-0.1", providers: [.apt(["libyaml-dev"])]),
  .systemLibrary(name: "CExpat", pkgConfig: "expat", providers: [.apt(["libexpat1-dev"])]),
  .systemLibrary(name: "CMicroHTTPD", pkgConfig: "libmicrohttpd", providers: [.apt(["libmicrohttpd-dev"])]),
]

let support: [Target] = [
  .target(name: "Version", swiftSettings: safe),
  .target(name: "Clocks", swiftSettings: safe),
  .target(name: "Wording", swiftSettings: safe),
  .target(name: "Geometry", swiftSettings: safe),
  .target(name: "Tracks", dependencies: ["Geometry"], swiftSettings: safe),
  .target(name: "Files", dependencies: ["Clocks", "Wording", "CZlib", "CZstd", "CNettle"], swiftSettings: strict),
]

let engine: [Target] =
  [
    .target(name: "CCPU", cSettings: [.unsafeFlags(checkedC)]),
    .target(name: "CSIMD"),
    .target(name: "BFloat16", swiftSettings: safe),
    .target(name: "Tensors", dependencies: ["BFloat16", "Files"], swiftSettings: strict),
    .target(name: "Parallel", dependencies: ["CCPU", "Clocks"], swiftSettings: strict),
    .target(name: "MicroKernels", dependencies: ["BFloat16", "CSIMD"], swiftSettings: kernel),
  ] + isaTargets
  + [
    .target(name: "KernelsPortable", dependencies: ["MicroKernels", "CSIMD"], swiftSettings: kernel),
    .target(
      name: "Kernels",
      dependencies: ["KernelsPortable", "MicroKernels", "CCPU", "BFloat16", "Tensors", "Parallel"] + isaModules,
      swiftSettings: strict),
    .target(name: "NN", dependencies: ["Kernels", "BFloat16", "Tensors", "Parallel", "Clocks"], swiftSettings: strict),
  ]

let roiAlign: [Target] = [
  .target(name: "RoIAlign", dependencies: ["Kernels", "Tensors", "Geometry", "Parallel"], swiftSettings: strict)
]

let formats: [Target] = [
  .target(name: "JSON", swiftSettings: safe),
  .target(name: "YAML", dependencies: ["CYAML"], swiftSettings: safe),
  .target(name: "Datasets", swiftSettings: safe),
  .target(
    name: "Checkpoint", dependencies: ["JSON", "Files", "Wording", "Tensors", "Parallel"], swiftSettings: strict),
  .target(
    name: "BoxFiles", dependencies: ["JSON", "Checkpoint", "Files", "Wording", "Geometry", "Tensors", "CExpat"],
    swiftSettings: strict),
  .target(name: "Configuration", dependencies: ["YAML", "Files", "Wording", collections], swiftSettings: safe + small),
  .target(
    name: "AVARecords", dependencies: ["Datasets", "Files", "Wording", "Geometry", "Parallel", collections],
    swiftSettings: strict),
  .target(name: "VideoLists", dependencies: ["JSON", "Files", "Wording"], swiftSettings: safe),
  .target(
    name: "TrackRecords",
    dependencies: ["AVARecords", "BoxFiles", "JSON", "Tracks", "Files", "Wording", "Geometry"],
    swiftSettings: safe + small),
  .target(
    name: "Exports",
    dependencies: ["TrackRecords", "AVARecords", "Datasets", "JSON", "Tracks", "Files", "Wording", "Geometry"],
    swiftSettings: safe + small),
]

let media: [Target] = [
  .target(name: "Imaging", dependencies: ["CSIMD", "Geometry"], swiftSettings: strict),
  .target(
    name: "ImageFiles", dependencies: ["Imaging", "Files", "Wording", "Geometry", "CTurboJPEG", "CPNG"],
    swiftSettings: strict),
  .target(
    name: "Video",
    dependencies: ["ImageFiles", "Imaging", "Files", "Wording", "Geometry", "Clocks", "Parallel", "CLibAV"],
    swiftSettings: strict),
  .target(
    name: "Overlay", dependencies: ["ImageFiles", "Imaging", "Geometry", "Tracks", "Wording", "CCairo"],
    swiftSettings: strict),
  .target(name: "Clips", dependencies: ["Tensors", "Imaging", "Geometry", "Clocks"], swiftSettings: strict),
]

let models: [Target] = [
  .target(
    name: "VideoModels", dependencies: ["NN", "RoIAlign", "Kernels", "Checkpoint", "Tensors", "Parallel"],
    swiftSettings: strict),
  .target(
    name: "ObjectDetectors",
    dependencies: [
      "VideoModels", "NN", "RoIAlign", "Kernels", "Checkpoint", "YAML", "Imaging", "Tensors", "Parallel", "Geometry",
      "Wording",
    ], swiftSettings: strict),
  .target(
    name: "ModelZoo",
    dependencies: [
      "Configuration", "Datasets", "VideoModels", "Checkpoint", "Kernels", "NN", "RoIAlign", "Tensors", "Parallel",
      "Files", "Wording",
    ], swiftSettings: strict + small),
  .target(
    name: "Inference",
    dependencies: [
      "AVARecords", "Configuration", "ModelZoo", "VideoModels", "Clips", "Checkpoint", "Imaging", "Kernels", "NN",
      "JSON",
      "RoIAlign", "Tensors", "Geometry", "Files", "Clocks", "Wording", "Parallel",
    ], swiftSettings: strict),
]

let visualization: [Target] = [
  .target(
    name: "Visualization",
    dependencies: ["VideoModels", "NN", "RoIAlign", "Clips", "Imaging", "Tensors", "Geometry", "Wording"],
    swiftSettings: strict)
]

let runs: [Target] = [
  .target(
    name: "Runs",
    dependencies: [
      "Inference", "AVARecords", "Configuration", "VideoModels", "Kernels", "Clips", "Imaging", "Tensors", "Geometry",
      "JSON", "Files", "Clocks", "Wording",
    ], swiftSettings: strict + small)
]

let training: [Target] = [
  .target(
    name: "Augmentation", dependencies: ["Clips", "Imaging", "Tensors", "Geometry", "Wording"], swiftSettings: strict),
  .target(name: "Optimization", dependencies: ["Tensors", "Parallel", "Wording"], swiftSettings: strict),
  .target(name: "Collectives", dependencies: ["CMPI", "Clocks", "Wording"], swiftSettings: strict),
  .target(
    name: "TrainingLog", dependencies: ["JSON", "Overlay", "ImageFiles", "Imaging", "Geometry", "Files", "Wording"],
    swiftSettings: safe + small),
  .target(
    name: "TrainingData",
    dependencies: [
      "Augmentation", "Optimization", "Configuration", "Datasets", "AVARecords", "VideoLists", "RoIAlign", "Video",
      "ImageFiles", "Imaging", "Clips", "Tensors", "Parallel", "Geometry", "Files", "Clocks", "Wording",
    ], swiftSettings: strict),
  .target(
    name: "Trainer",
    dependencies: [
      "TrainingData", "TrainingLog", "Collectives", "Optimization", "Augmentation", "Configuration", "ModelZoo",
      "VideoModels", "NN", "Kernels", "RoIAlign", "Checkpoint", "JSON", "Tensors", "Files", "Clocks", "Wording",
    ], swiftSettings: strict + small),
]

let evaluation: [Target] = [
  .target(name: "Statistics", dependencies: ["Tensors"], swiftSettings: safe),
  .target(name: "ClassificationEval", dependencies: ["Statistics"], swiftSettings: safe),
  .target(name: "VideoEval", dependencies: ["AVARecords", "Geometry"], swiftSettings: safe),
  .target(
    name: "AVAEval", dependencies: ["Statistics", "AVARecords", "Datasets", "Geometry", "Parallel", "Wording"],
    swiftSettings: safe),
]

let detect: [Target] = [
  .target(
    name: "Detect",
    dependencies: [
      "Runs", "Inference", "Configuration", "AVARecords", "BoxFiles", "Datasets", "ImageFiles", "Imaging", "Video",
      "Overlay",
      "Clips",
      "VideoModels", "ObjectDetectors", "Kernels", "Tensors", "Parallel", "Geometry", "TrackRecords", "Tracks",
      "Exports", "JSON", "Files", "Clocks", "Wording",
    ], swiftSettings: strict + small)
]

let fineTuning: [Target] = [
  .target(
    name: "FineTuning",
    dependencies: [
      "Trainer", "TrainingData", "TrainingLog", "Optimization", "Augmentation", "AVAEval", "AVARecords", "Datasets",
      "Runs",
      "Inference", "ModelZoo", "VideoModels", "NN", "Kernels", "RoIAlign", "Checkpoint", "Configuration", "Clips",
      "Video", "Imaging",
      "JSON", "Tensors", "Parallel", "Geometry", "Files", "Clocks", "Wording",
    ], swiftSettings: strict + small)
]

let classify: [Target] = [
  .target(
    name: "Classify",
    dependencies: [
      "ClassificationEval", "Runs", "Inference", "Configuration", "AVARecords", "VideoLists", "Checkpoint", "Video",
      "Overlay", "ImageFiles", "Imaging", "Clips", "Tensors", "JSON", "Files", "Wording",
    ], swiftSettings: strict + small)
]

let ensembles: [Target] = [
  .target(
    name: "Ensembles",
    dependencies: [
      "Detect", "Inference", "AVAEval", "Statistics", "AVARecords", "Datasets", "Tensors", "Parallel", "Geometry",
      "JSON", "Files", "Wording",
    ], swiftSettings: safe + small)
]

/// The program has the standard library in it and runs without a toolchain. What ArgumentParser takes of Foundation wants
/// two libraries more, nobody looks symbols up in it, and relative relocations take little room.
let linking =
  ["-static-stdlib", "-l_FoundationCollections", "-l_FoundationCShims", "-use-ld=lld"]
  + ["--no-export-dynamic", "--icf=all", "-z", "pack-relative-relocs"].flatMap { ["-Xlinker", $0] }
/// tools/program.ld
let withoutUnwinding = ["--no-eh-frame-hdr", "-T", Context.packageDirectory + "/tools/program.ld"].flatMap {
  ["-Xlinker", $0]
}

let program: [Target] = [
  .target(
    name: "Synth",
    dependencies: [
      "Datasets", "Overlay", "Video", "ImageFiles", "Imaging", "Geometry", "JSON", "Files", "Tensors", "Parallel",
      "Wording",
    ],
    swiftSettings: strict + small),
  .target(
    name: "Report",
    dependencies: [
      "ClassificationEval", "AVAEval", "Statistics", "AVARecords", "Datasets", "TrackRecords", "Tracks", "JSON",
      "Overlay", "Video", "ImageFiles", "Imaging", "Geometry", "Files", "Wording",
    ],
    resources: ["page.css", "page.js", "gallery.css", "gallery.js"].map { .embedInCode("Assets/\($0)") },
    swiftSettings: safe + small),
  .target(
    name: "TextReports",
    dependencies: [
      "ClassificationEval", "AVAEval", "VideoEval", "Statistics", "AVARecords", "Datasets", "JSON", "Geometry",
      "Parallel", "Wording",
    ],
    swiftSettings: safe + small),
  .target(
    name: "BenchReports", dependencies: ["NN", "Kernels", "Tensors", "Clips", "JSON", "Geometry", "Clocks", "Wording"],
    swiftSettings: safe + small),
  .target(
    name: "LivePage", dependencies: ["CMicroHTTPD"],
    resources: [.embedInCode("Assets/page.css"), .embedInCode("Assets/page.html"), .embedInCode("Assets/page.js")],
    swiftSettings: safe + small),
  .executableTarget(
    name: "slowfast",
    dependencies: [
      "Ensembles", "Classify", "Detect", "Runs", "Inference", "AVAEval", "ClassificationEval", "Statistics",
      "AVARecords", "BoxFiles", "Datasets", "Report", "TextReports", "BenchReports", "JSON", "Overlay", "Synth",
      "Configuration",
      "Checkpoint",
      "LivePage", "FineTuning", "Trainer", "TrainingData", "Optimization", "TrainingLog", "Collectives", "Exports",
      "TrackRecords",
      "Tracks",
      "VideoEval",
      "ModelZoo", "VideoModels", "Visualization", "ObjectDetectors", "NN", "Kernels", "RoIAlign", "Clips", "ImageFiles",
      "Imaging",
      "Video", "Tensors", "Parallel", "Geometry", "Files", "Clocks",
      "Wording", "Version", "CCommit", argumentParser,
    ], swiftSettings: strict + small,
    linkerSettings: [
      .unsafeFlags(linking), .unsafeFlags(withoutUnwinding, .when(configuration: .release)),
    ]),
  .target(
    name: "SlowFastLibrary",
    dependencies: [
      "CSlowFast", "TextReports", "AVAEval", "Statistics", "AVARecords", "Datasets", "Inference", "Configuration",
      "ModelZoo", "VideoModels", "NN", "Kernels", "RoIAlign", "Clips", "Imaging", "Tensors", "Parallel", "Geometry",
      "Files", "Version",
    ], swiftSettings: strict),
]

/// Tests that compute nothing large themselves. Optimising them, too, would take as long as the rest of their compilation.
let plainTests: Set = [
  "Wording", "JSON", "YAML", "Files", "Checkpoint", "Configuration", "Datasets", "AVARecords", "VideoLists", "BoxFiles",
  "Statistics",
  "AVAEval", "ClassificationEval", "VideoEval", "Tracks", "TrackRecords", "Exports", "Report", "TextReports",
  "Ensembles", "LivePage", "Program", "Optimization", "TrainingLog", "Collectives", "Augmentation", "Clips", "Imaging",
  "ImageFiles",
  "Overlay", "ObjectDetectors", "TrainingData", "Visualization", "Trainer", "Video",
  "Dependency", "Runs", "Classify", "Inference", "ModelZoo", "Detect", "BenchReports",
]

/// One test target a module; ProgramTests runs the built program, DependencyTests reads the sources. What fails names its line by
/// itself: debug information would be a tenth of the compilation.
func tests(_ name: String, _ modules: Target.Dependency...) -> Target {
  .testTarget(
    name: name + "Tests", dependencies: modules + ["TestSupport"],
    swiftSettings: variant + [.unsafeFlags(plainTests.contains(name) ? ["-Onone", "-gnone"] : ["-gnone"])]
      + [.enableUpcomingFeature("MemberImportVisibility"), .treatAllWarnings(as: .error)])
}

let testTargets: [Target] = [
  .target(
    name: "TestSupport", dependencies: ["Files", "Tensors"] + locks.map { .byName(name: $0.name) },
    path: "Tests/TestSupport",
    swiftSettings: strict),
  .target(
    name: "BrowserSupport", dependencies: ["TestSupport", "Files"], path: "Tests/BrowserSupport", swiftSettings: strict),
  .target(
    name: "FrameSupport", dependencies: ["Imaging", "Geometry"], path: "Tests/FrameSupport", swiftSettings: strict),
  tests("Clocks", "Clocks"),
  tests("Wording", "Wording"),
  tests("JSON", "JSON", "Tensors"),
  tests("YAML", "YAML"),
  tests("Geometry", "Geometry"),
  tests("Tracks", "Tracks", "Geometry", "Tensors"),
  tests("Files", "Files"),
  tests("Tensors", "Tensors", "BFloat16", "Files"),
  tests("Parallel", "Parallel"),
  tests("Kernels", "Kernels", "BFloat16", "Tensors", "Parallel"),
  tests("NN", "NN", "Kernels", "BFloat16", "Tensors", "Parallel"),
  tests("RoIAlign", "RoIAlign", "Kernels", "Tensors", "Geometry", "Parallel"),
  tests("Checkpoint", "Checkpoint", "Files", "Tensors", "Parallel"),
  tests("Configuration", "Configuration", "Files"),
  tests("Imaging", "Imaging", "FrameSupport", "Geometry"),
  tests("ImageFiles", "ImageFiles", "Imaging", "FrameSupport", "Files", "Geometry"),
  tests("Video", "Video", "ImageFiles", "Imaging", "Files", "Geometry", "Clocks"),
  tests("VideoLists", "VideoLists", "Files"),
  tests(
    "Datasets", "Datasets", "Detect", "AVAEval", "AVARecords", "Configuration", "Inference", "Kernels", "ImageFiles",
    "Imaging",
    "Tensors", "Geometry", "Files"),
  tests("AVARecords", "AVARecords", "Datasets", "Files", "Geometry", "Parallel", "Tensors"),
  tests("BoxFiles", "BoxFiles", "Files", "Geometry"),
  tests("TrackRecords", "TrackRecords", "Tracks", "AVARecords", "BoxFiles", "JSON", "Geometry", "Files"),
  tests(
    "Exports", "Exports", "TrackRecords", "Tracks", "AVARecords", "BoxFiles", "JSON", "Geometry", "Files"),
  tests("Clips", "Clips", "ImageFiles", "Imaging", "Tensors", "Geometry"),
  tests(
    "VideoModels", "VideoModels", "ModelZoo", "NN", "Kernels", "Checkpoint", "Tensors", "Geometry", "RoIAlign",
    "Parallel", "Files", "Inference", "Configuration"),
  tests(
    "ObjectDetectors", "ObjectDetectors", "VideoModels", "NN", "Kernels", "Checkpoint", "ImageFiles", "Imaging",
    "Tensors",
    "Geometry", "JSON", "Files", "Synth"),
  tests(
    "ModelZoo", "ModelZoo", "Inference", "VideoModels", "Checkpoint", "Configuration", "Kernels", "NN", "Tensors",
    "Files",
    "Wording"
  ),
  tests("Overlay", "Overlay", "ImageFiles", "Imaging", "Geometry", "Tracks", "Tensors", "Files"),
  tests(
    "TrainingData", "TrainingData", "Augmentation", "Optimization", "Configuration", "RoIAlign", "Clips", "ImageFiles",
    "Imaging",
    "Video", "Tensors", "Geometry", "Files"),
  tests(
    "Trainer", "Trainer", "TrainingData", "Augmentation", "JSON", "Files", "Optimization", "Configuration", "ModelZoo",
    "VideoModels",
    "NN", "Kernels",
    "Checkpoint",
    "Tensors"),
  tests(
    "FineTuning", "FineTuning", "TrainingData", "Inference", "ModelZoo", "VideoModels", "NN", "Kernels", "RoIAlign",
    "Checkpoint", "Configuration", "AVARecords", "Clips", "Runs", "Optimization", "Synth", "Geometry", "Tensors",
    "Files"),
  tests("Optimization", "Optimization", "Checkpoint", "JSON", "Tensors", "Parallel", "Files"),
  tests("Statistics", "Statistics", "Tensors"),
  tests("ClassificationEval", "ClassificationEval", "Statistics"),
  tests("VideoEval", "VideoEval", "AVARecords", "JSON", "Geometry", "Files", "Tensors"),
  tests("AVAEval", "AVAEval", "Statistics", "AVARecords", "Datasets", "Geometry", "Parallel", "Files", "Tensors"),
  tests(
    "Inference", "Inference", "AVARecords", "Configuration", "ModelZoo", "VideoModels", "Kernels", "NN", "RoIAlign",
    "Checkpoint",
    "Clips",
    "Imaging",
    "Tensors", "Geometry", "Files", "Parallel"),
  tests(
    "Visualization", "Visualization", "ModelZoo", "VideoModels", "Configuration", "Checkpoint", "Kernels", "NN",
    "RoIAlign", "Clips", "Imaging", "Tensors", "Geometry"),
  tests(
    "Runs", "Runs", "Inference", "AVARecords", "Configuration", "Clips", "Kernels", "Tensors", "Geometry", "Files"),
  tests(
    "Detect", "Detect", "FrameSupport", "ObjectDetectors", "Runs", "Inference", "Configuration", "AVARecords",
    "BoxFiles",
    "Datasets", "Kernels", "ImageFiles", "Imaging", "Video",
    "Overlay", "Tensors", "Tracks",
    "Geometry", "Files", collections),
  tests(
    "Classify", "Classify", "VideoLists", "ClassificationEval", "Runs", "Inference", "Configuration", "Checkpoint",
    "Kernels",
    "Clips",
    "ImageFiles", "Imaging", "Video", "Tensors", "Geometry", "JSON", "Files"),
  .executableTarget(
    name: "CollectivesProgram", dependencies: ["Collectives"], path: "Tests/CollectivesProgram",
    swiftSettings: strict),
  tests("Collectives", "Collectives", "CollectivesProgram"),
  tests("TrainingLog", "TrainingLog", "ImageFiles", "Imaging", "Geometry", "Files"),
  tests("Augmentation", "Augmentation", "JSON", "Clips", "Imaging", "Tensors", "Geometry", "Files"),
  tests(
    "Ensembles", "Ensembles", "AVAEval", "Statistics", "AVARecords", "Datasets", "Inference", "Tensors", "Geometry",
    "JSON", "Files"),
  tests("Synth", "Synth", "Video", "ImageFiles", "Imaging", "AVARecords", "BoxFiles", "Geometry", "Files"),
  tests(
    "Report", "Report", "FrameSupport", "AVAEval", "Statistics", "AVARecords", "Datasets", "TrackRecords", "Tracks",
    "JSON", "Video", "ImageFiles", "Imaging", "Geometry", "Files"),
  tests(
    "TextReports", "TextReports", "AVAEval", "ClassificationEval", "VideoEval", "Statistics", "AVARecords", "Datasets",
    "Parallel",
    "Geometry", "JSON"),
  tests("BenchReports", "BenchReports", "NN", "Kernels", "Tensors", "Clips", "Geometry", "JSON"),
  tests("LivePage", "LivePage", "BrowserSupport", "Files"),
  // Not slowfast, which stands beside the tests: how it is linked would be how they are.
  tests("Program", "Checkpoint", "BrowserSupport", "Files", "Tensors", "ImageFiles", "Imaging"),
  tests("Dependency", "Files"),
]

#if SANITIZED
  let products: [Product] = []
  let targets = needed(
    sanitizedTests.map { $0 + "Tests" },
    of: grouped("CLibraries", cLibraries) + grouped("Support", support) + grouped("Engine", engine) + roiAlign
      + grouped("Formats", formats) + grouped("Media", media) + grouped("Models", models)
      + grouped("Training", training) + locks + testTargets)
#elseif PORTABLE_ONLY && !FUZZED
  // The arithmetic and the networks that stand on it, with their tests: nothing else differs there.
  let products: [Product] = []
  let portable: Set = [
    "JSON", "YAML", "Checkpoint", "Configuration", "Datasets", "AVARecords", "Imaging", "Clips", "VideoModels",
    "ModelZoo",
    "Inference", "TestSupport",
    "KernelsTests",
    "NNTests", "RoIAlignTests", "VideoModelsTests", "ModelZooTests", "InferenceTests",
  ]
  let targets =
    grouped("CLibraries", cLibraries) + grouped("Support", support) + grouped("Engine", engine) + roiAlign
    + (grouped("Formats", formats) + grouped("Media", media) + grouped("Models", models) + testTargets).filter {
      portable.contains($0.name)
    }
#else
  let products: [Product] = [
    .executable(name: "slowfast", targets: ["slowfast"]),
    .library(name: "AVAEval", targets: ["AVAEval", "Statistics", "AVARecords", "Datasets", "Geometry", "Parallel"]),
    .library(name: "ClassificationEval", targets: ["ClassificationEval", "Statistics"]),
    .library(name: "RoIAlign", targets: ["RoIAlign", "Kernels", "Tensors", "Geometry", "Parallel"]),
    .library(
      name: "VideoModels",
      targets: [
        "VideoModels", "ModelZoo", "Inference", "Configuration", "Checkpoint", "Clips", "NN", "Kernels", "Tensors",
        "Geometry",
        "Parallel",
      ]),
    // What C and Python load: docs/c.md.
    .library(name: "SlowFastLibrary", type: .dynamic, targets: ["SlowFastLibrary"]),
    // What reads strangers' bytes, for the fuzzer: see Fuzzing/.
    .library(
      name: "Readers",
      targets: [
        "JSON", "Checkpoint", "Configuration", "ModelZoo", "AVARecords", "VideoLists", "BoxFiles", "Imaging",
        "ImageFiles", "Video",
        "Tensors",
        "Files", "Runs",
        "Inference", "Clips", "Geometry", "Classify", "ClassificationEval", "Statistics", "TrackRecords", "Tracks",
      ]),
  ]
  let targets =
    grouped("CLibraries", cLibraries) + grouped("Support", support) + grouped("Engine", engine) + roiAlign
    + grouped("Formats", formats) + grouped("Media", media) + grouped("Models", models + visualization + runs)
    + grouped("Training", training) + grouped("AVAEval", evaluation) + grouped("Training", fineTuning) + detect
    + classify + ensembles
    + grouped("Program", program) + testTargets
#endif

let package = Package(
  name: "slowfast",
  products: products,
  dependencies: [
    .package(url: "https://github.com/apple/swift-argument-parser", from: "1.8.2"),
    .package(url: "https://github.com/apple/swift-collections", from: "1.6.0"),
  ],
  targets: targets
)
