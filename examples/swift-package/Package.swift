// swift-tools-version: 6.2
import PackageDescription

let package = Package(
  name: "score",
  dependencies: [.package(name: "slowfast", path: "../..")],
  targets: [
    .executableTarget(name: "score", dependencies: [.product(name: "AVAEval", package: "slowfast")]),
    .executableTarget(name: "classify", dependencies: [.product(name: "VideoModels", package: "slowfast")]),
  ]
)
