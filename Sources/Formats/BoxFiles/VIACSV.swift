internal import JSON
internal import Wording

/// Tables that VIA exports: of version 3 with temporal and spatial coordinates under comments, of version 2 with a JSON
/// object for a region's shape.
struct VIACSV: BoxFormat {
  let name = "via-csv"
  let title = "VIA's CSV"

  private static let headerMark = "# CSV_HEADER = "
  private static let attributeMarks = ["# ATTRIBUTE = ", "# ATTRIBUTES = "]

  func recognise(_ content: BoxContent) -> String? {
    guard !content.isFolder, content.foreign == nil else { return nil }
    let lines = content.firstLines
    if lines.first?.hasPrefix("# Exported using V") == true
      || lines.contains(where: { $0.contains("metadata_id,") && $0.contains("spatial_coordinates") })
    {
      return "the header of VIA 3's export"
    }
    return lines.first?.contains("region_shape_attributes") == true ? "the header of VIA 2's export" : nil
  }

  func read(_ content: BoxContent, images: BoxContent?) throws -> BoxFile {
    var regions = VIARegions(builder: BoxFileBuilder(self, content))
    var attributes: [String: VIARegions.Attribute] = [:]
    var header: [String]?
    var body = content.bytes
    // Comments hold quotes that close nowhere: they are blanked, so that lines keep their numbers.
    for line in lines(of: content.bytes) where line.text.hasPrefix("#") {
      if line.text.hasPrefix(Self.headerMark) { header = columns(line.text.dropFirst(Self.headerMark.count)) }
      if line.text.contains("region_shape_attributes") { header = columns(line.text.dropFirst()) }
      for mark in Self.attributeMarks where line.text.hasPrefix(mark) {
        if let value = try? JSONReader.read(Array(line.text.dropFirst(mark.count).utf8)) {
          attributes = VIARegions.attributes(value)
        }
      }
    }
    blankComments(in: &body)
    var rows = CSVRows(body, separator: UInt8(ascii: ","))
    do {
      while let row = try rows.nextRow() {
        if header == nil, row.fields.contains("spatial_coordinates") || row.fields.contains("region_shape_attributes") {
          header = row.fields
          continue
        }
        try read(row, header ?? [], attributes, &regions)
      }
    } catch let error as CSVRows.UnclosedQuote {
      throw regions.builder.fault(
        BoxRecord.Place(file: 0, part: .line, number: error.line), expected: "a closing quote",
        found: "the end of the file", advice: "export the annotations again")
    }
    return regions.builder.finish()
  }

  private func columns(_ text: some StringProtocol) -> [String] {
    text.split(separator: ",").map { trimmed($0) }
  }

  private func blankComments(in bytes: inout [UInt8]) {
    var isStart = true
    var isComment = false
    for index in bytes.indices {
      if bytes[index] == UInt8(ascii: "\n") {
        (isStart, isComment) = (true, false)
        continue
      }
      if isStart { isComment = bytes[index] == UInt8(ascii: "#") }
      isStart = false
      if isComment { bytes[index] = UInt8(ascii: " ") }
    }
  }

  private func read(
    _ row: CSVRows.Row, _ header: [String], _ attributes: [String: VIARegions.Attribute], _ regions: inout VIARegions
  ) throws {
    let place = BoxRecord.Place(file: 0, part: .line, number: row.line)
    func text(_ column: String) throws -> String {
      guard let index = header.firstIndex(of: column), index < row.fields.count else {
        throw regions.builder.fault(
          place, expected: "a column '\(column)'", found: "\(row.fields.count) columns",
          advice: "export the annotations again, header included")
      }
      return row.fields[index]
    }
    func json(_ column: String) throws -> JSONValue {
      let text = try text(column)
      do { return try JSONReader.read(Array(text.utf8)) } catch {
        throw regions.builder.fault(
          place, expected: "JSON in the column '\(column)'", found: quoted(text), advice: "export the annotations again"
        )
      }
    }
    func numbers(_ column: String) throws -> [Double] {
      guard let numbers = try json(column).numbers else {
        throw regions.builder.fault(
          place, expected: "a list of numbers in the column '\(column)'", found: quoted(try text(column)),
          advice: "export the annotations again")
      }
      return numbers
    }
    if header.contains("region_shape_attributes") {
      try regions.add(
        picture: text("filename"), shape: json("region_shape_attributes"), attributes: json("region_attributes"), place)
      return
    }
    let files = try json("file_list").values
    guard files.count == 1, case .string(let file) = files[0] else {
      throw regions.builder.fault(
        place, expected: "one file in 'file_list'", found: "\(files.count)",
        advice: "annotate each video in a view of its own")
    }
    try regions.add(
      file: file, times: numbers("temporal_coordinates"), shape: numbers("spatial_coordinates"),
      values: json("metadata"), attributes, place)
  }
}
