internal import Checkpoint
internal import Files
internal import Tensors
internal import Wording

/// MMAction2's proposals: a pickle of NumPy arrays by "video,second", a row for each box: x1, y1, x2, y2 in fractions and
/// a score. Nothing of it is run. Source: MMAction2's docs/en/user_guides/prepare_dataset.md and datasets/ava_dataset.py.
struct MMAction2Pickle: BoxFormat {
  let name = "mmaction2"
  let title = "MMAction2's proposals"

  func recognise(_ content: BoxContent) -> String? {
    guard !content.isFolder, content.foreign?.format == .pickle || content.bytes.starts(with: Array("(dp".utf8)),
      let arrays = try? ArrayFile(path: content.path), let name = arrays.names.first, Self.keyFrame(name) != nil,
      let shape = arrays.shape(name), shape.count == 2, 4...5 ~= shape[1]
    else { return nil }
    return "a pickle of arrays by 'video,second'"
  }

  private static func keyFrame(_ key: String) -> (video: String, second: Double)? {
    guard let comma = key.lastIndex(of: ","), comma != key.startIndex,
      let second = finiteNumber(key[key.index(after: comma)...]), second >= 0
    else { return nil }
    return (String(key[..<comma]), second)
  }

  func read(_ content: BoxContent, images: BoxContent?) throws -> BoxFile {
    var builder = BoxFileBuilder(self, content)
    let arrays: ArrayFile
    do { arrays = try ArrayFile(path: content.path) } catch let error as ArrayFileError {
      throw builder.fault(
        expected: "a pickle of arrays by 'video,second'", found: error.found, advice: "give MMAction2's proposals")
    }
    if let (name, why) = arrays.unreadable.first {
      throw builder.fault(
        expected: "an array of boxes under each key", found: "\(why) under '\(name)'",
        advice: "save rows of x1, y1, x2, y2, score as NumPy arrays")
    }
    for (index, key) in arrays.names.enumerated() {
      let place = BoxRecord.Place(file: 0, part: .item, number: index)
      guard let keyFrame = Self.keyFrame(key) else {
        throw builder.fault(
          place, expected: "a key 'video,second'", found: quoted(key), advice: "give MMAction2's proposals")
      }
      guard let array = arrays.array(key), array.shape.count == 2, 4...5 ~= array.shape[1] || array.shape[0] == 0 else {
        throw builder.fault(
          place, expected: "rows of x1, y1, x2, y2, score under '\(key)'",
          found: "an array of the shape \(arrays.shape(key) ?? [])", advice: "save an array of five columns")
      }
      let (numbers, columns) = (array.array, array.shape[1])
      for row in 0..<array.shape[0] {
        let values = numbers[row * columns..<(row + 1) * columns].map(decimal)
        guard values.allSatisfy(\.isFinite) else {
          throw builder.fault(
            place, expected: "finite numbers under '\(key)'", found: "\(values) in row \(row)",
            advice: "correct or remove the row")
        }
        try builder.add(
          Array(values[..<4]), isSize: false, at: .second(keyFrame.second), video: keyFrame.video, unit: .fractions,
          score: columns == 5 ? values[4] : nil, place: place)
      }
    }
    return builder.finish()
  }

  /// The decimal number that a float stands for, so that a score of 0.9 is not below a threshold of 0.9.
  private func decimal(_ value: Float) -> Double { Double("\(value)") ?? Double(value) }
}
