internal import Files
internal import Tracks

/// ELAN's annotation format (EAF) 3.0: a tier for each action of each person, for a tier's annotations may not overlap, with
/// the person as its participant and the action as the annotations' value. Times are in whole milliseconds, the nearest;
/// what would be empty lasts one. Source: the Max Planck Institute's "EAF - ELAN Annotation Format, version 3.0".
struct ELANExport: ExportFormat {
  let name = "elan"
  let ending = "eaf"
  let isPerVideo = true
  let needsFrames = false

  private struct Annotation {
    let tier: Int
    let action: Int
    let start: Int
    let end: Int
  }

  func write(_ videos: [ExportedVideo], _ classes: ExportedClasses, to file: AtomicFile) throws {
    var xml = XMLWriter()
    for video in videos {
      var tiers: [(person: ExportedVideo.Person, action: Int)] = []
      var annotations: [Annotation] = []
      for person in video.people {
        for action in Set(person.actions.map(\.action)).sorted() {
          for (start, end) in milliseconds(person.actions.filter { $0.action == action }.map { ($0.start, $0.end) }) {
            annotations.append(Annotation(tier: tiers.count, action: action, start: start, end: end))
          }
          tiers.append((person, action))
        }
      }
      begin(video, annotations.count, &xml)
      let slots = writeSlots(annotations, &xml)
      var next = 0
      for (number, tier) in tiers.enumerated() {
        let action = classes.name(of: tier.action)
        xml.begin(
          "TIER",
          [
            ("LINGUISTIC_TYPE_REF", "action"), ("PARTICIPANT", tier.person.name),
            ("TIER_ID", "\(tier.person.name): \(action)"),
          ])
        while next < annotations.count, annotations[next].tier == number {
          xml.begin("ANNOTATION")
          xml.begin(
            "ALIGNABLE_ANNOTATION",
            [
              ("ANNOTATION_ID", "a\(next + 1)"), ("TIME_SLOT_REF1", "ts\(slots[2 * next])"),
              ("TIME_SLOT_REF2", "ts\(slots[2 * next + 1])"),
            ])
          xml.element("ANNOTATION_VALUE", text: action)
          xml.end()
          xml.end()
          next += 1
        }
        xml.end()
        try file.write(xml.take())
      }
      finish(&xml)
    }
    try file.write(xml.take())
  }

  /// Whole milliseconds of stretches in seconds, in order; none is empty and none overlaps the next.
  private func milliseconds(_ stretches: [(start: Double, end: Double)]) -> [(Int, Int)] {
    var last = 0
    return stretches.map { stretch in
      let start = max(Int((stretch.start * 1000).rounded()), last)
      last = max(Int((stretch.end * 1000).rounded()), start + 1)
      return (start, last)
    }
  }

  private func begin(_ video: ExportedVideo, _ count: Int, _ xml: inout XMLWriter) {
    let schema = "http://www.mpi.nl/tools/elan/EAFv3.0.xsd"
    xml.begin(
      "ANNOTATION_DOCUMENT",
      [
        // The same bytes whenever it is written.
        ("AUTHOR", "slowfast"), ("DATE", "1970-01-01T00:00:00+00:00"), ("FORMAT", "3.0"), ("VERSION", "3.0"),
        ("xmlns:xsi", "http://www.w3.org/2001/XMLSchema-instance"), ("xsi:noNamespaceSchemaLocation", schema),
      ])
    xml.begin("HEADER", [("MEDIA_FILE", ""), ("TIME_UNITS", "milliseconds")])
    if let path = video.path {
      xml.element(
        "MEDIA_DESCRIPTOR",
        [
          ("MEDIA_URL", "file://" + urlPath(absolutePath(path))), ("MIME_TYPE", mediaType(path)),
          ("RELATIVE_MEDIA_URL", "./" + urlPath(splitPath(path).name)),
        ])
    }
    xml.element("PROPERTY", [("NAME", "lastUsedAnnotationId")], text: "\(count)")
    xml.end()
  }

  /// Writes the starts and ends of annotations by their time.
  ///
  /// - Returns: Of each annotation the number of its start and that of its end.
  private func writeSlots(_ annotations: [Annotation], _ xml: inout XMLWriter) -> [Int] {
    let times = annotations.flatMap { [$0.start, $0.end] }
    var slots = [Int](repeating: 0, count: times.count)
    xml.begin("TIME_ORDER")
    for (number, place) in times.indices.sorted(by: { (times[$0], $0) < (times[$1], $1) }).enumerated() {
      slots[place] = number + 1
      xml.element("TIME_SLOT", [("TIME_SLOT_ID", "ts\(number + 1)"), ("TIME_VALUE", "\(times[place])")])
    }
    xml.end()
    return slots
  }

  private func finish(_ xml: inout XMLWriter) {
    xml.element(
      "LINGUISTIC_TYPE",
      [("GRAPHIC_REFERENCES", "false"), ("LINGUISTIC_TYPE_ID", "action"), ("TIME_ALIGNABLE", "true")])
    xml.end()
  }

  private func mediaType(_ path: String) -> String {
    let types = [
      "mp4": "video/mp4", "m4v": "video/mp4", "mov": "video/quicktime", "mkv": "video/x-matroska", "webm": "video/webm",
      "avi": "video/x-msvideo", "mpg": "video/mpeg", "mpeg": "video/mpeg",
    ]
    let name = splitPath(path).name
    return name.lastIndex(of: ".").flatMap { types[name[name.index(after: $0)...].lowercased()] } ?? "unknown"
  }
}

/// A path as it stands in a URL.
private func urlPath(_ path: String) -> String {
  let digits = Array("0123456789ABCDEF")
  return path.utf8.reduce(into: "") { text, byte in
    switch byte {
    case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"),
      UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "/"), UInt8(ascii: "-"), UInt8(ascii: "."),
      UInt8(ascii: "_"), UInt8(ascii: "~"):
      text.unicodeScalars.append(Unicode.Scalar(byte))
    default: text += "%\(digits[Int(byte >> 4)])\(digits[Int(byte & 15)])"
    }
  }
}
