internal import BoxFiles
internal import Geometry

extension BoxFile {
  /// Refuses boxes of a picture of another shape than the video's, where the file says how large the video's pictures are.
  ///
  /// - Parameters:
  ///   - records: The video's, their numbers.
  ///   - size: Of the video's pictures.
  func checkShape(_ records: [Int], of video: String, _ size: ImageSize) throws(ProposalError) {
    if !hasPictureSizes { return }
    for record in records.map({ self.records[$0] }) {
      guard let stated = record.size, !stated.isScaled(of: size) else { continue }
      throw .otherShape(
        path: files[record.place.file], video: video, stated: "\(stated.width) x \(stated.height)",
        size: "\(size.width) x \(size.height)")
    }
  }
}

extension ImageSize {
  /// Whether this is another size made larger or smaller, each side rounded by a pixel at most.
  fileprivate func isScaled(of other: ImageSize) -> Bool {
    let (w, h, ownW, ownH) = (Double(other.width), Double(other.height), Double(width), Double(height))
    return abs(ownW * h - ownH * w) <= max(ownW + ownH, w + h)
  }
}
