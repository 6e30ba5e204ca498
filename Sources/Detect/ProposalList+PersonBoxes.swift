public import AVARecords

extension ProposalList {
  /// Reads person boxes of which no video is looked at: AVA's rows, or another tool's file that says seconds, as `slowfast people`
  /// writes it in any form.
  ///
  /// - Parameters:
  ///   - path: A file, or a folder with one for each video.
  ///   - names: The videos of which there may be boxes; those of others come behind.
  /// - Returns: All boxes, one that is given twice as two, and what was taken for granted or left out.
  /// - Throws: `RecordError`, `BoxFileError`, `ProposalError`, `FileError`.
  public static func personBoxes(path: String, of names: [String]) throws -> (list: ProposalList, remarks: [String]) {
    var options = ProposalOptions()
    (options.secondUse, options.keepsEveryBox) = (.saysTime, true)
    func read(_ names: [String]) throws -> ProposalSource {
      try ProposalSource(path: path, options, scoreThreshold: -.infinity, videos: names, usualRate: 30)
    }
    var source = try read(names)
    let others = source.list.summary.unlistedVideos.map(\.video)
    if !others.isEmpty { source = try read(names + others) }
    try source.checkSeconds()
    for name in names + others { _ = try source.keyFrames(of: name, in: nil, start: 0) }
    return (source.list, source.remarks)
  }
}
