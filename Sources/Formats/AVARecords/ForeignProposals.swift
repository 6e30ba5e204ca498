internal import Files

/// Person boxes in the format of another tool, told by the beginning of the file: named, with what to write instead; nil
/// for what is none that is known.
func foreignProposals(_ bytes: UnsafeRawBufferPointer) -> ForeignContent? {
  let text = String(decoding: bytes.prefix(1 << 16), as: UTF8.self)
  switch ForeignContent(beginning: bytes)?.format {
  case .pickle:
    return named(
      "a pickle, as MMAction2 has its proposals", "a key there is 'video,second', a value rows of x1, y1, x2, y2, score"
    )
  case .json: return json(text)
  case .xml: return xml(text)
  case .other: return nil
  case nil: return rows(text)
  }
}

private func named(_ name: String, _ hint: String) -> ForeignContent {
  ForeignContent(
    name,
    advice:
      "write a row for each box: video, second, x1, y1, x2, y2 in fractions of the frame, an empty column, score; "
      + hint)
}

private let pixels = "divide pixels by the frame's width and height"

private func json(_ text: String) -> ForeignContent {
  if text.contains("\"_via_") || text.contains("\"vid_list\"") || text.contains("\"region_attributes\"") {
    return named("VIA's JSON", pixels)
  }
  if text.contains("\"bbox\""), text.contains("\"video_id\""), !text.contains("\"frame_id\"") {
    return named("JSON as AlphAction has its boxes", pixels)
  }
  if text.contains("\"bbox\"") || text.contains("\"annotations\"") {
    return named(
      "JSON in COCO's form", "bbox is left, top, width, height: x2 is left + width, y2 is top + height; \(pixels)")
  }
  return named("JSON", pixels)
}

private func xml(_ text: String) -> ForeignContent {
  if text.contains("<bndbox") {
    return named(
      "Pascal VOC's XML, a file for each picture", "x1, y1, x2, y2 are xmin, ymin, xmax, ymax of a bndbox; \(pixels)")
  }
  if text.contains("xtl=") {
    return named(
      "CVAT's XML", "x1, y1, x2, y2 are xtl, ytl, xbr, ybr of a box; \(pixels), and frames by the frame rate")
  }
  return named("XML", pixels)
}

/// Tells rows of other columns by their header: frames in the place of seconds, or a width and a height.
private func table(_ header: [String]) -> ForeignContent? {
  let columns = Set(header.map { $0.lowercased().filter(\.isLetter) })
  let hasFrames = !columns.isDisjoint(with: ["frame", "frameid", "frameindex", "framenumber", "framenum", "frameno"])
  let hasSizes = columns.contains { $0 == "w" || $0.hasSuffix("width") }
  if columns.count < 5 || !hasFrames && !hasSizes { return nil }
  let sizes = hasSizes ? "x2 is left + width, y2 is top + height; " : ""
  let frames = hasFrames ? ", and frame numbers by the frame rate" : ""
  return named("tracks with the columns \(header.joined(separator: ", "))", "\(sizes)\(pixels)\(frames)")
}

/// Tells rows of other columns by the first line that is not blank.
private func rows(_ text: String) -> ForeignContent? {
  let lines = text.split(whereSeparator: \.isNewline)
  guard let line = lines.first(where: { $0.contains { !$0.isWhitespace } }) else { return nil }
  if text.hasPrefix("# Exported using VIA") || text.contains("temporal_coordinates")
    || text.contains("region_shape_attributes")
  {
    return named("VIA's CSV", pixels)
  }
  let parts = line.split { $0 == "," || $0.isWhitespace }
  let numbers = parts.compactMap { Double($0) }
  if numbers.isEmpty { return table(parts.map { $0.filter { $0 != "\"" && $0 != "\u{feff}" } }) }
  if numbers.count != parts.count { return nil }
  let isSpaced = !line.contains(",")
  if isSpaced, 5...7 ~= numbers.count, isWhole(numbers[0]), numbers[1...4].allSatisfy({ 0...1 ~= $0 }) {
    return named(
      "a label file of YOLO, one for each picture",
      "its columns are class, centre x, centre y, width, height: x1 is x - width / 2, y1 is y - height / 2")
  }
  if 7...10 ~= numbers.count, isWhole(numbers[0]), isWhole(numbers[1]), numbers[2...5].contains(where: { $0 > 1.5 }) {
    return named(
      "tracks in MOTChallenge's form",
      "its columns are frame, track, left, top, width, height, score: x2 is left + width, y2 is top + height; \(pixels), "
        + "and frame numbers by the frame rate")
  }
  return nil
}

private func isWhole(_ value: Double) -> Bool { value == value.rounded() }
