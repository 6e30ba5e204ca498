import Files
import Foundation
import TestSupport
import Testing

/// AVAEval and ClassificationEval as libraries: another package that depends on it is built and run.
@Suite struct LibraryTests {
  private static let program = """
    import AVAEval
    import AVARecords
    import ClassificationEval
    import Datasets
    import Geometry
    import Parallel
    import Statistics

    let labels = try LabelMap([.init(id: 1, name: "stand"), .init(id: 2, name: "sit")])
    let truth = try GroundTruthTable.read(path: CommandLine.arguments[1]).table
    let pool = WorkerPool(threads: 2)
    let found = try DetectionTable.read(path: CommandLine.arguments[2], pool: pool)
    let tables = try AlignedTables(detections: found.table, groundTruth: truth, labelMap: labels, dataset: .ava)
    for finding in audit(tables, counts: found.counts) { print(finding.kind.rawValue, finding.count) }
    for outcomes in match(tables, rules: EvaluationRules.all, pool: pool) {
      let result = evaluate(outcomes)
      print(outcomes.rules.name, result.mAP ?? -1, outcomes.classes[0].ranked.map(\\.isHit))
    }
    let predictions = Predictions(
      path: "", names: ["a", "b"], scores: [[2, 1], [0, 1]], labels: [[0], [0]], isMultiLabel: false)
    let evaluation = try PredictionEvaluation(predictions, Resampling(count: 20))
    print(evaluation.top1?.value ?? -1, evaluation.top1?.interval ?? -1 ... -1)
    """

  private var manifest: String {
    """
    // swift-tools-version: 6.2
    import PackageDescription

    let package = Package(
      name: "client",
      dependencies: [.package(path: "\(projectRoot)")],
      targets: [
        .executableTarget(
          name: "Client",
          dependencies: [
            .product(name: "AVAEval", package: "\(splitPath(projectRoot).name)"),
            .product(name: "ClassificationEval", package: "\(splitPath(projectRoot).name)"),
          ])
      ])
    """
  }

  @Test("Another package builds on it, reads, audits and scores")
  func client() throws {
    let scratch = TemporaryFolder()
    defer { scratch.remove() }
    // The package stays: another run compiles only what has changed since.
    let package = projectRoot + "/.build/library-client"
    try writeFile(package + "/Package.swift", manifest)
    try writeFile(package + "/Sources/Client/main.swift", Self.program)
    try writeFile(package + "/.swiftpm/configuration/mirrors.json", try mirrors())
    try writeFile(scratch.path + "/truth.csv", "v,0902,0.1,0.1,0.5,0.9,1,0\nv,0902,0.5,0.1,0.9,0.9,2,1\n")
    try writeFile(
      scratch.path + "/found.csv",
      "v,0902,0.1,0.1,0.5,0.9,1,0.9\nv,0902,0.5,0.1,0.9,0.9,1,0.8\nv,0902,0.5,0.1,0.9,0.9,7,0.8\n")
    let build = try run(["timeout", "1200", "swift", "build", "--package-path", package])
    #expect(build.status == 0, "\(build.output.suffix(2000))")
    let client = try run([
      package + "/.build/debug/Client", scratch.path + "/truth.csv", scratch.path + "/found.csv",
    ])
    #expect(
      client.output == """
        unknown_classes 1
        official 0.5 [true, false]
        pyslowfast 0.5 [true, false]
        mmaction2 1.0 [true, false]
        0.5 0.0...1.0

        """, "status \(client.status)")
  }

  /// Has the packages taken from this project's own copies, where there are any: no network.
  private func mirrors() throws -> String {
    let folder = projectRoot + "/.build/repositories"
    let known = [
      "https://github.com/apple/swift-argument-parser", "https://github.com/apple/swift-collections",
    ]
    let copies = (try? listFolder(folder)) ?? []
    let entries = known.compactMap { address in
      copies.first { $0.hasPrefix(splitPath(address).name + "-") }.map { copy in
        "{\"original\": \"\(address)\", \"mirror\": \"file://\(folder)/\(copy)\"}"
      }
    }
    return "{\"version\": 1, \"object\": [\(entries.joined(separator: ", "))]}"
  }

  private func run(_ words: [String]) throws -> (status: Int32, output: String) {
    let process = Process()
    process.executableURL = URL(fileURLWithPath: "/usr/bin/env")
    process.arguments = words
    let pipe = Pipe()
    process.standardOutput = pipe
    process.standardError = pipe
    try process.run()
    let output = pipe.fileHandleForReading.readDataToEndOfFile()
    process.waitUntilExit()
    return (process.terminationStatus, String(decoding: output, as: UTF8.self))
  }
}
