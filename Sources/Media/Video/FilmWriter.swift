internal import CLibAV
internal import Files
internal import Geometry
internal import Imaging

/// How a film is written.
public struct FilmSettings: Sendable {
  /// x264's constant rate factor, 0 (nothing lost) to 51 (hardly anything kept).
  public var quality: Int
  /// Whether the video's sound is copied.
  public var keepsSound: Bool
  /// How many threads decode and draw; those of the encoder are always as many, for its bytes depend on them.
  public var threads: Int

  /// Where nothing else is asked for.
  public static let usualQuality = 23

  public init(quality: Int = FilmSettings.usualQuality, keepsSound: Bool = true, threads: Int = 1) {
    (self.quality, self.keepsSound, self.threads) = (quality, keepsSound, threads)
  }
}

/// Writes the pictures of a film, each at its time.
final class FilmWriter {
  private let stream: EncodedStream
  private let sound: SoundCopy?
  private var lastTick: Int64 = -1
  private let path: String

  /// Beyond so many pixels a picture, each picture that the encoder holds counts: 1080p is below.
  private static let large = 3_000_000

  init(
    path: String, size: ImageSize, framesPerSecond: Double, _ settings: FilmSettings, colours: FilmColours,
    sound: SoundCopy?
  ) throws {
    self.path = path
    self.sound = sound
    let isLarge = size.width * size.height > Self.large
    stream = try EncodedStream(
      path: path, size: size, framesPerSecond: framesPerSecond, encoders: ["libx264", "mpeg4"],
      settings: EncoderSettings(
        quality: settings.quality, threads: 8, isSliced: isLarge, isFrugal: isLarge, colours: colours),
      sound: sound)
  }

  func append(_ picture: FilmPicture, at seconds: Double) throws {
    let tick = Int64((seconds * Double(EncodedStream.ticksPerSecond)).rounded())
    // Two frames at one time are one.
    if tick <= lastTick { return }
    picture.frame.pointee.pts = tick
    try stream.encode(picture.frame)
    lastTick = tick
  }

  /// Writes the end, and gives the file its name.
  ///
  /// - Returns: What the user should know of the sound.
  func finish() throws -> [String] {
    try stream.finish()
    return sound?.notices ?? []
  }
}
