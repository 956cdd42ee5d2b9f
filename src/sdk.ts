export { type SdkOptions, type SdkParts, sdkConfig } from './register/sdk-config.js'
