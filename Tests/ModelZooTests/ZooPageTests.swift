import Files
import ModelZoo
import TestSupport
import Testing

/// docs/zoo.md lists what `inspect` knows, and nothing else.
@Suite struct ZooPageTests {
  private func row(_ model: PublishedModel) -> String {
    func code(_ text: String?) -> String { text.map { "`\($0)`" } ?? "-" }
    let status =
      switch model.status {
      case .reproduced: "reproduced"
      case .loads: "loads"
      case .unsupported(let why): "no: \(why)"
      }
    return "| \(model.name) | \(code(model.config)) | \(code(model.file)) | \(model.number) | \(status) |"
  }

  @Test func everyPublishedModelHasItsRow() throws {
    let page = String(decoding: try readFile(projectRoot + "/docs/zoo.md", doing: "reading the page"), as: UTF8.self)
    let rows = page.split(separator: "\n").map(String.init).filter { line in
      line.count(where: { $0 == "|" }) == 6 && !line.hasPrefix("|-") && !line.hasPrefix("| network |")
    }
    let expected = PublishedModel.all.map(row)
    #expect(rows.count == expected.count)
    for (found, wanted) in zip(rows, expected) { #expect(found == wanted) }
  }

  @Test func theirConfigsAreThere() {
    for model in PublishedModel.all {
      guard let config = model.config else {
        guard case .unsupported = model.status else {
          Issue.record("\(model.name) has no config")
          continue
        }
        continue
      }
      #expect(pathExists(projectRoot + "/" + config), "\(config)")
    }
  }
}
