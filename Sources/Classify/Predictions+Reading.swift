internal import Checkpoint
public import ClassificationEval
internal import Files
internal import Tensors
internal import Wording

extension Predictions {
  /// Reads what `slowfast test` or PySlowFast wrote to `TEST.SAVE_RESULTS_PATH`: .npz, .csv or a pickle of scores and labels;
  /// told by its content. Videos are called "0", "1" and so on where the file has no names.
  ///
  /// - Parameter isMultiLabel: Whether videos have any number of classes where the file does not say it: a table whose
  ///   second column is 'label'. What then has no label has none of the classes.
  /// - Throws: `FileError`, `ArrayFileError`, `PredictionFileError`.
  public init(path: String, isMultiLabel: Bool = false) throws {
    if try Self.isText(path) {
      self = try Self.table(path, isMultiLabel)
    } else {
      self = try Self.arrays(path, isMultiLabel)
    }
  }

  private static func isText(_ path: String) throws -> Bool {
    let file = try MappedFile(path: path, doing: "reading the predictions")
    let head = file.bytes.prefix(4096)
    return !head.isEmpty && head.allSatisfy { $0 >= 0x20 && $0 != 0x7f || (0x09...0x0d).contains($0) }
  }

  // MARK: Arrays

  private static let scoreNames = ["video_preds", "preds", "scores", "arr_0", "0"]
  private static let labelNames = ["video_labels", "labels", "arr_1", "1"]

  private static func arrays(_ path: String, _ isMultiLabel: Bool) throws -> Predictions {
    let file = try ArrayFile(path: path)
    for name in scoreNames + labelNames { if let fault = file.fault(name) { throw fault } }
    func fault(_ found: String) -> PredictionFileError { PredictionFileError(path: path, place: nil, found: found) }
    func first(_ names: [String]) -> String? { names.first { file.shape($0) != nil } }
    let known = file.names.map { "'\($0)' \(file.shape($0).map(describe(shape:)) ?? "of texts")" }
    guard let scoresName = first(scoreNames),
      let scoresShape = file.shape(scoresName),
      scoresShape.count == 2, scoresShape[1] > 0, let scores = file.array(scoresName)
    else {
      throw fault("expected scores [videos, classes] as 'video_preds' or first in a list, found \(listed(known))")
    }
    let (count, classes) = (scoresShape[0], scoresShape[1])
    let rows = (0..<count).map { Array(scores.array[$0 * classes..<($0 + 1) * classes]) }
    for (row, own) in rows.enumerated() where !own.allSatisfy(\.isFinite) {
      throw PredictionFileError(path: path, place: "video \(row)", found: "a score that is not a finite number")
    }
    var labels: [[Int]?] = Array(repeating: nil, count: count)
    var isMultiLabel = isMultiLabel
    if let name = first(labelNames), let shape = file.shape(name),
      let values = file.array(name)
    {
      if shape == [count] {
        for (row, value) in values.array.enumerated() where value != -1 {
          guard let label = Int(exactly: value), (0..<classes).contains(label) else {
            throw PredictionFileError(
              path: path, place: "video \(row)", found: "class \(value), and there are scores of 0 to \(classes - 1)")
          }
          labels[row] = [label]
        }
      } else if shape == [count, classes] {
        isMultiLabel = true
        for row in 0..<count {
          let own = values.array[row * classes..<(row + 1) * classes]
          guard own.allSatisfy({ $0 == 0 || $0 == 1 }) else {
            throw PredictionFileError(
              path: path, place: "video \(row)", found: "labels of several classes that are neither 0 nor 1")
          }
          labels[row] = own.indices.filter { own[$0] == 1 }.map { $0 - own.startIndex }
        }
      } else {
        throw fault(
          "the labels '\(name)' have the shape \(describe(shape: shape)) beside scores '\(scoresName)' of "
            + "\(describe(shape: scoresShape)), expected [videos] or [videos, classes]")
      }
    }
    if count == 0 { throw fault("no video") }
    let names = file.strings("videos")
    if let names, names.count != count {
      throw fault(
        "'videos' has \(counted(names.count, "name")) beside scores '\(scoresName)' of \(counted(count, "video"))")
    }
    let notices =
      names == nil
      ? [
        "'\(path)' holds no names of its videos: they are called by their places, and pictures are looked for by these"
      ]
      : []
    return Predictions(
      path: path, names: names ?? (0..<count).map(String.init), scores: rows, labels: labels,
      isMultiLabel: isMultiLabel,
      notices: notices)
  }

  // MARK: Tables

  private static func table(_ path: String, _ isMultiLabel: Bool) throws -> Predictions {
    let bytes = try readFile(path, doing: "reading the predictions")
    let text = String(
      decoding: bytes.starts(with: [0xEF, 0xBB, 0xBF]) ? bytes.dropFirst(3) : bytes[...], as: UTF8.self)
    var names: [String] = []
    var (scores, labels): ([[Float]], [[Int]?]) = ([], [])
    var classes: Int?
    // Of the rows, those whose label is empty.
    var empty: [Int] = []
    var isMultiLabel = isMultiLabel
    for (number, line) in text.split(omittingEmptySubsequences: false, whereSeparator: \.isNewline).enumerated() {
      if line.allSatisfy(\.isWhitespace) { continue }
      let cells = csvCells(line)
      func fault(_ found: String) -> PredictionFileError {
        PredictionFileError(path: path, place: "line \(number + 1)", found: found)
      }
      guard let expected = classes else {
        guard cells.count >= 3, cells[0] == "video", cells[1] == "label" || cells[1] == "labels" else {
          throw fault("expected the header 'video,label,class_0,...', found '\(line.prefix(60))'")
        }
        isMultiLabel = isMultiLabel || cells[1] == "labels"
        if cells[2] == "class1" {
          throw fault("the five best classes of each video alone: the file of TEST.SAVE_RESULTS_PATH has all scores")
        }
        // Columns are classes by their place: under other headings they would be taken for others.
        for (number, heading) in cells[2...].enumerated() where heading != "class_\(number)" {
          throw fault(
            "column \(number + 3) is '\(heading.prefix(40))', expected 'class_\(number)': the columns are the classes in "
              + "order (their names go to --labels)")
        }
        classes = cells.count - 2
        continue
      }
      guard cells.count == expected + 2 else {
        throw fault("\(counted(cells.count, "column")), the header has \(expected + 2)")
      }
      let values = cells[2...].map { Float($0.filter { $0 != " " }) }
      guard values.allSatisfy({ $0?.isFinite == true }) else { throw fault("a score that is no finite number") }
      if cells[1].isEmpty { empty.append(names.count) }
      let own = cells[1] == "-1" || cells[1].isEmpty ? nil : cells[1].split(separator: ",").map { Int($0) }
      guard own?.allSatisfy({ $0.map { (0..<expected).contains($0) } == true }) != false else {
        let found = "the class '\(cells[1].prefix(40))', and there are scores of 0 to \(expected - 1)"
        guard let label = Double(cells[1]), let whole = Int(exactly: label), (0..<expected).contains(whole) else {
          throw fault(found)
        }
        throw PredictionFileError(
          path: path, place: "line \(number + 1)", found: found, advice: "write classes as whole numbers: \(whole)")
      }
      names.append(String(cells[0]))
      scores.append(values.map { $0! })
      labels.append(own?.map { $0! })
    }
    if names.isEmpty { throw PredictionFileError(path: path, place: nil, found: "no video") }
    var notices: [String] = []
    let isTold = isMultiLabel
    isMultiLabel = isMultiLabel || labels.contains { ($0?.count ?? 1) > 1 }
    if isMultiLabel {
      for place in empty { labels[place] = [] }
      if !isTold {
        notices.append(
          "'\(path)' has videos of several classes: every video has any number of them"
            + (empty.isEmpty ? "" : ", those with an empty label (\(empty.count)) none"))
      }
    } else if !empty.isEmpty {
      notices.append(
        "'\(path)': \(counted(empty.count, "empty label")) taken for a class that is not known -> where videos have any number "
          + "of classes, and these none, give --multi-label")
    }
    return Predictions(
      path: path, names: names, scores: scores, labels: labels, isMultiLabel: isMultiLabel, notices: notices)
  }
}

/// What is wrong with a file of predictions.
public struct PredictionFileError: Error, Equatable, CustomStringConvertible {
  let path: String
  /// A line, or a video by number; nil for the file as a whole.
  let place: String?
  let found: String
  var advice = "give what slowfast test or PySlowFast wrote to TEST.SAVE_RESULTS_PATH"

  public var description: String {
    "reading the predictions: '\(path)'\(place.map { ", \($0)" } ?? ""): \(found) -> \(advice)"
  }
}

/// The cells of a line of CSV, without the quotes around them.
func csvCells(_ line: Substring) -> [String] {
  var cells: [String] = []
  var cell = ""
  var isQuoted = false
  var rest = line[...]
  while let character = rest.popFirst() {
    switch character {
    case "\"" where isQuoted && rest.first == "\"":
      cell.append("\"")
      rest.removeFirst()
    case "\"": isQuoted.toggle()
    case "," where !isQuoted:
      cells.append(cell)
      cell = ""
    default: cell.append(character)
    }
  }
  return cells + [cell]
}
