/** `POST /feedback`. */
export interface Feedback {
  event_id: string
  comments: string
  name: string | null
  email: string | null
  url: string | null
  screenshot: string | null
}

/** `POST /releases/register`. */
export interface Release {
  version: string
  commit_hash: string | null
  branch: string | null
  deployed_by: string | null
  deploy_url: string | null
  changelog: string | null
  services: string[] | null
}
