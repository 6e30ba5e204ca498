internal import AVARecords
internal import BoxFiles
internal import Wording

/// Which of some classes the boxes of an annotation tool show.
///
/// A box's label says it (VIA: its attribute "class"), and so do its attributes: one whose value is a class, or that is called like a
/// class and is ticked. A person without any of them does nothing of what is learned.
struct BoxClasses {
  /// Names of attributes that say what somebody does: a value that is no class is a mistake there, elsewhere another thing.
  private static let sayingAttributes: Set = [
    "class", "classes", "label", "labels", "category", "type", "name", "object", "action", "actions", "activity",
    "activities", "behavior", "behaviour",
  ]
  private static let none: Set = ["", "none", "no", "nothing", "-", "n/a", "null", "__undefined__"]
  private static let ticked: Set = ["true", "yes", "on", "1"]
  private static let unticked: Set = ["false", "off", "0"]

  /// Of each record, ascending.
  let ids: [[Int]]

  /// - Throws: `LabelledBoxesError.unknownClass`, `.noClass`.
  init(_ file: BoxFile, _ labels: LabelMap) throws(LabelledBoxesError) {
    let known = Dictionary(labels.labels.map { ($0.name.lowercased(), $0.id) }, uniquingKeysWith: { first, _ in first })
    var all: [[Int]] = []
    for record in file.records {
      var own: Set<Int> = []
      var isPerson = false
      func take(_ text: String, isSure: Bool) throws(LabelledBoxesError) {
        let name = text.lowercased()
        if let id = known[name] {
          own.insert(id)
        } else if PersonClasses.names.contains(name) {
          isPerson = true
        } else if isSure, Self.none.contains(name) {
          isPerson = isPerson || !name.isEmpty
        } else if text.contains(where: { ",;".contains($0) }) {
          // Several in one field.
          for part in text.split(whereSeparator: { ",;".contains($0) }) {
            let part = part.trimmingPrefix { $0.isWhitespace }
            try take(String(part.reversed().trimmingPrefix { $0.isWhitespace }.reversed()), isSure: isSure)
          }
        } else if isSure {
          throw .unknownClass(
            place: file.describe(record.place), name: text, classes: labels.labels.map(\.name))
        }
      }
      var saying = false
      for attribute in record.attributes {
        let name = attribute.name.lowercased()
        let isSaying = Self.sayingAttributes.contains(name)
        saying = saying || isSaying
        for value in attribute.values {
          if let id = known[name], Self.ticked.contains(value.lowercased()) {
            own.insert(id)
          } else if known[name] == nil || !Self.unticked.contains(value.lowercased()) {
            try take(value, isSure: isSaying || known[name] != nil)
          }
        }
      }
      // VIA has no label beside its attributes.
      if let name = file.className(of: record), !(saying && file.format.hasPrefix("via")) {
        try take(name, isSure: true)
      }
      if own.isEmpty, !isPerson {
        throw .noClass(place: file.describe(record.place), attributes: record.attributes.map(\.name))
      }
      all.append(own.sorted())
    }
    ids = all
  }
}
