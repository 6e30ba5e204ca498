public import Imaging

/// Writes all frames of a source, drawn over, as a video at their own times.
///
/// - Parameters:
///   - draw: Makes the image to write of a frame and its time in seconds; all of one size.
///   - progress: Called after each frame with the number of those done; what it throws ends the video.
/// - Returns: How many frames are damaged: there the image before stays.
/// - Throws: the errors of reading, drawing and writing; then there is no file.
@discardableResult
public func writeFilm(
  _ frames: any FrameSource, to path: String, draw: (Image, Double) throws -> Image, progress: (Int) throws -> Void
) throws -> Int {
  var damaged = 0
  var damage: FrameDamage?
  var writer: VideoWriter?
  let rate = min(1000, max(0.001, frames.framesPerSecond))
  for number in 0..<frames.frameCount {
    let time = frames.time(of: number)
    do {
      let drawn = try draw(frames.frame(at: number), time)
      let open = try writer ?? VideoWriter(path: path, size: drawn.size, framesPerSecond: rate)
      try open.append(drawn, at: time)
      writer = open
    } catch let found as FrameDamage {
      (damaged, damage) = (damaged + 1, found)
    }
    try progress(number + 1)
  }
  if let damage, writer == nil { throw damage }
  try writer?.finish()
  return damaged
}
