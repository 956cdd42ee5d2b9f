export { type SdkOptions, type SdkParts, sdkConfig } from './sdk-config.js'
