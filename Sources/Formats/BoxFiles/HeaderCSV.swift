internal import Geometry
internal import Wording

/// A table with a header, between commas, semicolons or tabs: its columns are told by their names.
///
/// It needs a frame, a time or a picture's name, and a box: corners (x1 y1 x2 y2, xmin ..., left top right bottom), or a
/// corner or centre with a width and a height. Such are what pandas writes of YOLOv5's results, TensorFlow's lists and
/// spreadsheets.
struct HeaderCSV: BoxFormat {
  let name = "csv"
  let title = "a table with a header"

  func recognise(_ content: BoxContent) -> String? {
    guard !content.isFolder, content.foreign == nil, let first = content.firstLines.first, !first.hasPrefix("#") else {
      return nil
    }
    var rows = CSVRows(content.bytes)
    guard let header = try? rows.nextRow() else { return nil }
    // It is named when the table is read.
    if let column = HeaderColumns.listColumn(header.fields) { return "its header names \(column)" }
    guard let columns = HeaderColumns(header.fields), columns.missing == nil else { return nil }
    if columns.isInAVAsOrder, let row = try? rows.nextRow(), row.fields.count == 8,
      row.fields[2...5].allSatisfy({ finiteNumber($0).map { abs($0) <= BoxFile.largestFraction } ?? true })
    {
      return nil
    }
    return "its header names \(columns.summary)"
  }

  func read(_ content: BoxContent, images: BoxContent?) throws -> BoxFile {
    var builder = BoxFileBuilder(self, content)
    var rows = CSVRows(content.bytes)
    var hasCommas = false
    do {
      guard let header = try rows.nextRow() else { return builder.finish() }
      if let column = HeaderColumns.listColumn(header.fields) {
        throw builder.fault(
          BoxRecord.Place(file: 0, part: .line, number: header.line),
          expected: "a column for each number of a box", found: "one, \(quoted(column)), for all",
          advice: "split it into x1,y1,x2,y2 where it has corners, into x,y,width,height where it has a size")
      }
      guard let columns = HeaderColumns(header.fields), columns.missing == nil else {
        let missing = HeaderColumns(header.fields)?.missing ?? "names of columns"
        throw builder.fault(
          BoxRecord.Place(file: 0, part: .line, number: header.line), expected: "a header with \(missing)",
          found: quoted(header.fields.joined(separator: ",")),
          advice: "name the columns, such as video,frame,x1,y1,x2,y2,class,score")
      }
      builder.file.remarks = columns.unreadIDs.map {
        "the column \(quoted($0)) is not read -> call it 'track' where it says who is who"
      }
      if rows.hasSeparatorLine { builder.file.remarks.append("the line 'sep=' is Excel's, and no row") }
      let hasPoints = rows.separator == UInt8(ascii: ",")
      while let row = try rows.nextRow() {
        let read = hasPoints ? row : CSVRows.Row(line: row.line, fields: row.fields.map(Self.withPoint))
        hasCommas = hasCommas || !hasPoints && read.fields != row.fields
        try add(read, columns, header.fields.count, to: &builder)
      }
      if hasCommas { builder.file.remarks.append("decimal commas are read as points") }
    } catch let error as CSVRows.UnclosedQuote {
      throw builder.fault(
        BoxRecord.Place(file: 0, part: .line, number: error.line), expected: "a closing quote",
        found: "the end of the file", advice: "close the quotes around the field")
    }
    return builder.finish()
  }

  /// A number with a decimal comma, where commas do not separate, with a point.
  private static func withPoint(_ field: String) -> String {
    guard field.utf8.count(where: { $0 == UInt8(ascii: ",") }) == 1 else { return field }
    let text = field.replacing(",", with: ".")
    return finiteNumber(text) == nil && clockSeconds(text) == nil ? field : text
  }

  private func add(
    _ row: CSVRows.Row, _ columns: HeaderColumns, _ count: Int, to builder: inout BoxFileBuilder
  ) throws {
    let place = BoxRecord.Place(file: 0, part: .line, number: row.line)
    if row.fields.count != count {
      throw builder.fault(
        place, expected: "\(count) columns as in the header", found: "\(row.fields.count)",
        advice: "correct or remove the row")
    }
    func text(_ role: HeaderColumns.Role) -> String? {
      columns[role].map { row.fields[$0] }.flatMap { $0.isEmpty ? nil : $0 }
    }
    func number(_ role: HeaderColumns.Role, advice: String = "correct or remove the row") throws -> Double? {
      guard let text = text(role) else { return nil }
      guard let value = finiteNumber(text) ?? (role == .second ? clockSeconds(text) : nil) else {
        throw builder.fault(
          place, expected: "a number in the column '\(columns.name(role))'", found: quoted(text), advice: advice)
      }
      return value
    }
    func required(_ role: HeaderColumns.Role) throws -> Double {
      guard let value = try number(role) else {
        throw builder.fault(
          place, expected: "a number in the column '\(columns.name(role))'", found: "nothing",
          advice: "correct or remove the row")
      }
      return value
    }
    func integer(_ role: HeaderColumns.Role) throws -> Int? {
      guard let value = try number(role) else { return nil }
      guard let integer = whole(value) else {
        throw builder.fault(
          place, expected: "a whole number in the column '\(columns.name(role))'", found: "\(value)",
          advice: "correct or remove the row")
      }
      return integer
    }
    let named = text(.picture)
    let isPicture = named.map(hasPictureEnding) ?? false
    // Beside a picture, what seems to be another one is no video.
    var video = text(.video).flatMap { columns[.picture] != nil && hasPictureEnding($0) ? nil : $0 }
    let position: BoxRecord.Position
    var second: BoxRecord.Second?
    if columns[.frame] != nil {
      guard let frame = try integer(.frame) else { throw missing(.frame, place, columns, builder) }
      position = .frame(frame)
      let advice = "correct it, or remove the column: the frame says when the box is seen"
      for (role, unit) in [(HeaderColumns.Role.second, 1.0), (.millisecond, 0.001)] where second == nil {
        // A time since 1970 is none of the video's.
        guard let value = try number(role, advice: advice), abs(value * unit) < BoxRecord.latestSecond else { continue }
        second = BoxRecord.Second(value: value * unit, step: unit * decimalStep(of: text(role) ?? ""))
      }
    } else if columns[.second] != nil {
      position = .second(try required(.second))
    } else if columns[.millisecond] != nil {
      position = .second(try required(.millisecond) / 1000)
    } else {
      let role = columns[.picture] != nil ? HeaderColumns.Role.picture : .video
      guard let name = text(role) else { throw missing(role, place, columns, builder) }
      position = .picture(withoutPictureEnding(name), number: nil)
      if role == .video { video = nil }
    }
    var picture: String?
    if case .picture = position {
    } else if let named {
      picture = withoutPictureEnding(named)
      // It may be the video's name as well.
      if !isPicture { video = video ?? named }
    }
    var values = try columns.boxRoles.map { try required($0) }
    if columns.isCentred { values = [values[0] - values[2] / 2, values[1] - values[3] / 2, values[2], values[3]] }
    let (width, height) = (try integer(.imageWidth), try integer(.imageHeight))
    let size = width.flatMap { width in height.map { ImageSize(width: width, height: $0) } }
    if let size, size.width < 1 || size.height < 1 {
      throw builder.fault(
        place, expected: "a picture's width and height", found: "\(size.width) and \(size.height)",
        advice: "correct or remove the row")
    }
    let kind = text(.className) ?? text(.classNumber)
    let classNumber = kind.flatMap { finiteNumber($0) }.flatMap(whole)
    try builder.add(
      values, isSize: columns.isSize, at: position, second: second, video: video,
      picture: picture, size: size, classNumber: classNumber, className: classNumber == nil ? kind : nil,
      score: try number(.score), trackID: text(.track), place: place)
  }

  private func missing(
    _ role: HeaderColumns.Role, _ place: BoxRecord.Place, _ columns: HeaderColumns, _ builder: BoxFileBuilder
  ) -> BoxFileError {
    builder.fault(
      place, expected: "a value in the column '\(columns.name(role))'", found: "nothing",
      advice: "correct or remove the row")
  }
}

/// The least that a number can differ by as it is written: 1 for "12", 0.01 for "12.50".
func decimalStep(of text: String) -> Double {
  if text.utf8.contains(where: { $0 == UInt8(ascii: "e") || $0 == UInt8(ascii: "E") }) { return 0 }
  let decimals = text.firstIndex(of: ".").map { text.distance(from: $0, to: text.endIndex) - 1 } ?? 0
  return (0..<decimals).reduce(1.0) { step, _ in step / 10 }
}

/// The seconds of hours, minutes and seconds, "1:02:03.5" or "02:03.5"; nil for another text, such as one with a number of a frame
/// behind.
func clockSeconds(_ text: String) -> Double? {
  let parts = text.split(separator: ":", omittingEmptySubsequences: false)
  guard 2...3 ~= parts.count, let seconds = finiteNumber(parts[parts.count - 1]), (0..<60).contains(seconds) else {
    return nil
  }
  var total = seconds
  for (part, unit) in zip(parts.dropLast().reversed(), [60.0, 3600]) {
    guard let number = Int(part), number >= 0, number < (unit == 60 && parts.count == 3 ? 60 : 100_000) else {
      return nil
    }
    total += Double(number) * unit
  }
  return total
}

/// A picture's path without the ending of a picture, and with slashes where Windows has others.
func withoutPictureEnding(_ path: String) -> String {
  let path = path.replacing("\\", with: "/")
  let ending = pictureEndings.first { path.lowercased().hasSuffix($0) }
  return String(path.dropLast(ending?.count ?? 0))
}

/// Whether a path ends like that of a picture.
func hasPictureEnding(_ path: String) -> Bool { pictureEndings.contains { path.lowercased().hasSuffix($0) } }

private let pictureEndings = [".jpg", ".jpeg", ".png", ".bmp", ".webp", ".tif", ".tiff"]
