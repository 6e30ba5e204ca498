public import Geometry

extension View {
  /// The size of its clips.
  ///
  /// - Parameter frames: The size of the video's frames.
  public func clipSize(of frames: ImageSize, _ preprocessing: Preprocessing) -> ImageSize {
    let part = crop.part(of: resizedFrame(of: frames, preprocessing))
    return ImageSize(width: part.width, height: part.height)
  }

  /// The size of the frames that its clips are cut from.
  public func resizedFrame(of frames: ImageSize, _ preprocessing: Preprocessing) -> ImageSize {
    var own = preprocessing
    own.view = self
    return own.inputSize(for: frames)
  }
}
