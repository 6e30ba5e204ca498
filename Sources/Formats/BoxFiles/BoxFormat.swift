internal import Files
internal import Wording

/// A format in which a tool keeps person boxes: how it is told and how it is read.
protocol BoxFormat: Sendable {
  /// For `--proposals-format`.
  var name: String { get }
  /// In a sentence: "MOTChallenge text".
  var title: String { get }
  /// Whether a folder of its files is read as a whole; else each file of it by itself.
  var readsFolders: Bool { get }
  /// Why a file or folder may be of this format; nil where it is not. It looks at a sample of the content.
  func recognise(_ content: BoxContent) -> String?
  /// Reads all boxes.
  ///
  /// - Parameter images: The file that names the pictures of a file that has only their numbers, where one was given.
  /// - Throws: `BoxFileError` with the place of what is malformed, `FileError`.
  func read(_ content: BoxContent, images: BoxContent?) throws -> BoxFile
}

extension BoxFormat {
  var readsFolders: Bool { false }
}

/// All formats there are.
public enum BoxFormats {
  static let all: [any BoxFormat] = [
    YOLOText(), MOTText(), COCOJSON(), Detectron2JSON(), AlphActionJSON(), HeaderCSV(), MMAction2Pickle(), VIACSV(),
    VIAJSON(), CVATXML(), BoxLines(),
  ]

  /// AVA's rows, as PySlowFast and LFB have them, which `AVARecords` reads.
  public static let avaRows = "ava"

  /// Text of the MOT Challenge.
  public static let mot = MOTText().name

  /// What `--proposals-format` may be.
  public static let names = [avaRows] + all.map(\.name)
}

extension BoxFile {
  /// What messages call the options of whoever has boxes read; nil for those that he has not.
  public struct OptionNames: Sendable {
    /// What says the format.
    public var format: String?
    /// What names the file that names the pictures.
    public var images: String?

    public init(format: String?, images: String?) { (self.format, self.images) = (format, images) }

    /// Those of commands that take proposals.
    public static let proposals = OptionNames(format: "--proposals-format", images: "--proposals-images")
    public static let none = OptionNames(format: nil, images: nil)
  }

  /// Reads a file, or a folder of files, in the format that it is recognised as.
  ///
  /// - Parameters:
  ///   - path: The file or folder.
  ///   - format: One of `BoxFormats.names`; nil to find out.
  ///   - images: The file that names the pictures of a file that has only their numbers.
  ///   - options: What messages call the options that say both.
  /// - Returns: Nil for AVA's rows, for folders of them, and for text in which no other format was recognised.
  /// - Throws: `BoxFileError`; `FileError`.
  public static func read(
    path: String, format: String? = nil, images: String? = nil, options: OptionNames = .proposals
  ) throws -> BoxFile? {
    if format == BoxFormats.avaRows { return nil }
    let pictures = try images.map { try BoxContent(path: $0, options) }
    if let format {
      guard let known = BoxFormats.all.first(where: { $0.name == format }) else {
        throw BoxFileError.unknownFormat(format)
      }
      let files = known.readsFolders || !isFolder(path) ? [] : try files(in: path)
      if !files.isEmpty { return try read(folder: path, files, format: format, images: images, options) }
      let content = try BoxContent(path: path, options)
      return try known.read(content, images: pictures).finished(isBlank: content.isBlank)
    }
    guard let content = try BoxContent(sniffing: path, options) else { return nil }
    let candidates = BoxFormats.all.compactMap { known in known.recognise(content).map { (known, $0) } }
    guard let (known, reason) = candidates.first else {
      let files = content.isFolder ? try files(in: path) : []
      if !files.isEmpty { return try read(folder: path, files, format: nil, images: images, options) }
      if let found = content.unknownForm {
        throw BoxFileError.unrecognised(path: path, found: found, option: options.format)
      }
      return nil
    }
    if candidates.count > 1 {
      throw BoxFileError.ambiguous(
        path: path, candidates.map { BoxFileError.Candidate(name: $0.name, title: $0.title, reason: $1) },
        option: options.format)
    }
    var file = try known.read(content, images: pictures).finished(isBlank: content.isBlank)
    file.reason = reason
    return file
  }

  /// Settles what coordinates are counted in. A file that says of frames that nobody is there is a result; one that says nothing,
  /// or has other things than boxes, is not.
  private func finished(isBlank: Bool) throws -> BoxFile {
    if records.isEmpty, isBlank || !leftOut.isEmpty {
      let others = leftOut.map { "\($0.what) (\($0.count))" }
      throw BoxFileError.malformed(
        path: path, place: "", expected: "boxes of \(title)",
        found: others.isEmpty ? "none" : "none, but \(listed(others))", advice: "give the right file")
    }
    var file = self
    if records.contains(where: { $0.unit == .unknown }) {
      let unit: BoxRecord.Unit = largestCoordinate <= Self.largestFraction ? .fractions : .pixels
      for index in records.indices where records[index].unit == .unknown { file.records[index].unit = unit }
      file.isUnitGuessed = true
    }
    return file
  }
}
