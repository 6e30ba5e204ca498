// swift-tools-version: 6.2
import PackageDescription

let package = Package(
  name: "Fuzzing",
  dependencies: [.package(name: "slowfast", path: "..")],
  targets: [
    .executableTarget(
      name: "fuzz", dependencies: [.product(name: "Readers", package: "slowfast")],
      swiftSettings: [.treatAllWarnings(as: .error)])
  ]
)
