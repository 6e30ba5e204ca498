internal import Files
internal import Geometry
internal import JSON
internal import Wording

/// Lines of JSON as `slowfast people` writes them and `slowfast watch --boxes -` reads them (``LineOfBoxes``). Times are seconds
/// of the author's clock.
struct BoxLines: BoxFormat {
  let name = "jsonl"
  let title = "lines of JSON"

  func recognise(_ content: BoxContent) -> String? {
    guard content.foreign?.format == .json, let first = content.firstLines.first,
      let value = try? JSONReader.read(Array(first.utf8)), case .array? = value["boxes"]
    else { return nil }
    return "an object with boxes in each"
  }

  func read(_ content: BoxContent, images: BoxContent?) throws -> BoxFile {
    var builder = BoxFileBuilder(self, content)
    for line in lines(of: content.bytes) {
      let place = BoxRecord.Place(file: 0, part: .line, number: line.number)
      func fault(_ expected: String, _ found: String) -> BoxFileError {
        builder.fault(place, expected: expected, found: found, advice: "correct or remove the line")
      }
      let moment: LineOfBoxes
      do {
        moment = try LineOfBoxes(Array(line.text.utf8))
      } catch {
        throw fault(error.expected + (error.part.map { " as \($0)" } ?? ""), error.found)
      }
      guard let time = moment.time else { throw fault("a second as \"time\"", "none") }
      for box in moment.boxes {
        let corners = box.corners
        try builder.add(
          [corners.x1, corners.y1, corners.x2, corners.y2], isSize: false, at: .second(time), video: moment.video,
          unit: moment.size == nil ? .unknown : .pixels, size: moment.size, score: box.score, track: box.id,
          place: place)
      }
    }
    return builder.finish()
  }
}
